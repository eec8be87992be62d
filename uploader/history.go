package uploader

import (
	"cmp"
	"slices"
	"strings"
)

// The history is everything that finished: the transfers that are done and in the list,
// and entries for those that were removed from it. An entry is a Transfer with what is
// shown of a finished one, see [HistoryEntry]. It is kept until the limits of the
// settings ([History]) or the user ([Forget]) remove it.

// MaxHistoryPage is the maximum number of entries that [Store.FindHistory] returns.
const MaxHistoryPage = 1000

// HistoryQuery selects entries of the history. The zero value selects all of them.
type HistoryQuery struct {
	IDs     []TransferID    // only these, if not nil
	Texts   []HistoryText   // all of them must be found
	Server  ServerID        // only entries of this server; 0: of all
	Since   Timestamp       // only entries that finished at or after this time; 0: all
	Removed bool            // only entries that are not in the list any more
	ByID    bool            // ordered by ID, the highest first, instead of by the time
	After   HistoryPosition // only entries that follow this one in the order; zero: all
	Limit   int             // at most this many, from 1 to MaxHistoryPage; otherwise MaxHistoryPage
}

// HistoryText is a text that an entry must have: in its path, ignoring case, or by its
// server, whose name has the text.
type HistoryText struct {
	Text    string
	Servers []ServerID
}

// HistoryPosition is the position of an entry in the order.
type HistoryPosition struct {
	Finished Timestamp
	ID       TransferID
}

// PositionInHistory returns the position of an entry.
func PositionInHistory(t *Transfer) HistoryPosition { return HistoryPosition{t.Finished, t.ID} }

// PageSize returns the limit within its range.
func (q HistoryQuery) PageSize() int {
	if q.Limit <= 0 {
		return MaxHistoryPage
	}
	return min(q.Limit, MaxHistoryPage)
}

// Compare compares two entries by the order of the query.
func (q HistoryQuery) Compare(a, b HistoryPosition) int {
	if q.ByID {
		return cmp.Compare(b.ID, a.ID)
	}
	return cmp.Or(cmp.Compare(b.Finished, a.Finished), cmp.Compare(b.ID, a.ID))
}

// CaseVariants returns the forms of a text that are searched for: as it is, in lower and
// in upper case. The stores ignore the case of ASCII letters in addition.
func CaseVariants(text string) []string {
	variants := []string{text, strings.ToLower(text), strings.ToUpper(text)}
	slices.Sort(variants)
	return slices.Compact(variants)
}

// HistoryEntry returns what the history keeps of a transfer that is done.
func HistoryEntry(t *Transfer) Transfer {
	return Transfer{
		ID: t.ID, Batch: t.Batch, Server: t.Server, Source: t.Source, Fingerprint: t.Fingerprint, Rank: t.Rank,
		Phase: PhaseDone, Session: Session{URL: t.Session.URL, Offset: t.Source.Size, Sent: t.Source.Size},
		Added: t.Added, Started: t.Started, Finished: t.Finished, ActiveTime: t.ActiveTime, ResumedFrom: t.ResumedFrom,
		SHA256: t.SHA256, Result: t.Result, Exists: t.Exists, NameNumber: t.NameNumber,
	}
}
