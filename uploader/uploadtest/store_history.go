package uploadtest

import (
	"bytes"
	"context"
	"slices"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// saveHistory applies the changes of the history. The caller holds s.mu.
func (s *Store) saveHistory(changes uploader.Changes) {
	for _, t := range changes.History {
		entry := stored(t)
		s.history[t.ID] = uploader.HistoryEntry(&entry)
		s.lastID = max(s.lastID, t.ID)
	}
	for _, id := range changes.Forgotten {
		delete(s.history, id)
	}
}

// FindHistory implements uploader.Store.
func (s *Store) FindHistory(ctx context.Context, query uploader.HistoryQuery) ([]uploader.Transfer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.access(ctx, fault.Load); err != nil {
		return nil, err
	}
	entries := sortedByKey(s.history)
	for _, t := range s.transfers {
		if t.Phase == uploader.PhaseDone && !t.Finished.IsZero() && !query.Removed {
			entries = append(entries, uploader.HistoryEntry(&t))
		}
	}
	entries = slices.DeleteFunc(entries, func(t uploader.Transfer) bool { return !matchesHistory(query, &t) })
	slices.SortFunc(entries, func(a, b uploader.Transfer) int {
		return query.Compare(uploader.PositionInHistory(&a), uploader.PositionInHistory(&b))
	})
	return entries[:min(len(entries), query.PageSize())], nil
}

func matchesHistory(query uploader.HistoryQuery, t *uploader.Transfer) bool {
	if query.IDs != nil && !slices.Contains(query.IDs, t.ID) || query.Server != 0 && t.Server != query.Server || query.Since != 0 && t.Finished < query.Since {
		return false
	}
	if query.After != (uploader.HistoryPosition{}) && query.Compare(query.After, uploader.PositionInHistory(t)) >= 0 {
		return false
	}
	return !slices.ContainsFunc(query.Texts, func(text uploader.HistoryText) bool {
		hasText := func(variant string) bool {
			return bytes.Contains(asciiLower(t.Source.Path), asciiLower(variant))
		}
		return !slices.Contains(text.Servers, t.Server) && !slices.ContainsFunc(uploader.CaseVariants(text.Text), hasText)
	})
}

func asciiLower(text string) []byte {
	lower := []byte(text)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	return lower
}

// HistorySurplus implements uploader.Store.
func (s *Store) HistorySurplus(ctx context.Context, keep int, before uploader.Timestamp, limit int) ([]uploader.TransferID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.access(ctx, fault.Load); err != nil {
		return nil, err
	}
	entries := sortedByKey(s.history)
	slices.SortFunc(entries, func(a, b uploader.Transfer) int {
		return uploader.HistoryQuery{}.Compare(uploader.PositionInHistory(&b), uploader.PositionInHistory(&a))
	})
	var surplus []uploader.TransferID
	for i, t := range entries[:min(len(entries), limit)] {
		if keep >= 0 && i < len(entries)-keep || !t.Finished.IsZero() && t.Finished < before {
			surplus = append(surplus, t.ID)
		}
	}
	return surplus, nil
}
