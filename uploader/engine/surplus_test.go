package engine

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestOldest(t *testing.T) {
	const hour = time.Hour
	finished := func(id uploader.TransferID, ago time.Duration) *uploader.Transfer {
		return &uploader.Transfer{ID: id, Phase: uploader.PhaseDone, Finished: uploader.TimestampOf(testNow.Add(-ago))}
	}
	past := []*uploader.Transfer{finished(1, hour), finished(2, 3*hour), finished(3, -hour), finished(4, 2*hour), finished(6, 2*hour), finished(5, 2*hour)}
	for _, c := range []struct {
		name  string
		count int
		age   time.Duration
		want  []uploader.TransferID
	}{
		{"no limit", 0, 0, nil},
		{"future time counts as oldest", 1, 0, []uploader.TransferID{3}},
		{"by time", 2, 0, []uploader.TransferID{3, 2}},
		{"same time by ID", 4, 0, []uploader.TransferID{3, 2, 4, 5}},
		{"all", 6, 0, []uploader.TransferID{3, 2, 4, 5, 6, 1}},
		{"older than age, future time has none", 0, 90 * time.Minute, []uploader.TransferID{2, 4, 5, 6}},
		{"exactly of age", 0, 3 * hour, nil},
		{"count exceeds age", 3, 150 * time.Minute, []uploader.TransferID{3, 2, 4}},
		{"age exceeds count", 1, 90 * time.Minute, []uploader.TransferID{3, 2, 4, 5, 6}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := oldest(slices.Clone(past), c.count, c.age, testNow); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// TestSurplus has three batches of two transfers, all of them done an hour ago. Their
// IDs are 10, 11, 20, 21, 30 and 31.
func TestSurplus(t *testing.T) {
	for _, c := range []struct {
		name   string
		limits uploader.History
		change func(*uploader.Saved, []*uploader.Transfer)
		want   []uploader.TransferID
	}{
		{"within limits", uploader.History{MaxCount: 6, MaxAge: 2 * time.Hour}, func(*uploader.Saved, []*uploader.Transfer) {}, nil},
		{"beyond count", uploader.History{MaxCount: 3}, func(*uploader.Saved, []*uploader.Transfer) {}, []uploader.TransferID{10, 11, 20}},
		{"beyond age", uploader.History{MaxAge: time.Minute}, func(*uploader.Saved, []*uploader.Transfer) {}, []uploader.TransferID{10, 11, 20, 21}},
		{"last batch larger than count", uploader.History{MaxCount: 1}, func(*uploader.Saved, []*uploader.Transfer) {}, []uploader.TransferID{10, 11, 20, 21}},
		{
			"first batch finished last",
			uploader.History{MaxCount: 1},
			func(_ *uploader.Saved, transfers []*uploader.Transfer) {
				transfers[0].Finished = uploader.TimestampOf(testNow.Add(-time.Minute))
			},
			[]uploader.TransferID{20, 21, 30, 31},
		},
		{
			"first batch finished in the future",
			uploader.History{MaxCount: 1},
			func(_ *uploader.Saved, transfers []*uploader.Transfer) {
				transfers[0].Finished = uploader.TimestampOf(testNow.Add(time.Minute))
			},
			[]uploader.TransferID{10, 11, 20, 21},
		},
		{
			"batch being scanned",
			uploader.History{MaxAge: time.Minute},
			func(s *uploader.Saved, _ []*uploader.Transfer) { s.Batches[0].Scanned = false },
			[]uploader.TransferID{20, 21},
		},
		{
			"batch with unfinished transfer",
			uploader.History{MaxCount: 1},
			func(_ *uploader.Saved, transfers []*uploader.Transfer) { transfers[0].Phase = uploader.PhaseQueued },
			[]uploader.TransferID{20, 21},
		},
		{
			"earlier upload that the user decides about",
			uploader.History{MaxCount: 1},
			func(_ *uploader.Saved, transfers []*uploader.Transfer) {
				transfers[5].Phase, transfers[5].Fault = uploader.PhaseFailed, &fault.Fault{Kind: fault.AlreadyUploaded}
				transfers[5].EarlierUpload = 10
			},
			[]uploader.TransferID{11}, // 10 and batch 3 stay and do not count, batch 2 finished last
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			saved := uploader.Saved{}
			var transfers []*uploader.Transfer
			for batch := range uploader.BatchID(3) {
				saved.Batches = append(saved.Batches, uploader.Batch{ID: batch + 1, Scanned: true})
				for i := range uploader.TransferID(2) {
					transfers = append(transfers, &uploader.Transfer{
						ID: uploader.TransferID(batch+1)*10 + i, Batch: batch + 1, Phase: uploader.PhaseDone,
						Finished: uploader.TimestampOf(testNow.Add(-time.Hour)),
					})
				}
			}
			c.change(&saved, transfers)
			saved.Transfers = uploader.RowsOf(transfers...)
			s := newState(&saved, slog.New(slog.DiscardHandler))
			if got, _ := surplus(s, c.limits, testNow); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// TestTrimAfterLastBatchLeft removes the batch that finished last, or makes it unfinished,
// after it was determined what to trim: now the batch before it stays.
func TestTrimAfterLastBatchLeft(t *testing.T) {
	for name, leave := range map[string]func(*state, uploader.TransferID){
		"removed": func(s *state, id uploader.TransferID) { s.removeFromList([]uploader.TransferID{id}) },
		"retried": func(s *state, id uploader.TransferID) {
			next := *s.table.Get(id)
			next.Phase = uploader.PhaseQueued
			s.put(s.table.Get(id), &next, testNow)
		},
	} {
		t.Run(name, func(t *testing.T) {
			saved := uploader.Saved{}
			var transfers []*uploader.Transfer
			for id := range uploader.TransferID(3 * historyPortion) {
				batch := uploader.BatchID(id/historyPortion) + 1
				transfers = append(transfers, &uploader.Transfer{
					ID: id + 1, Batch: batch, Phase: uploader.PhaseDone, Finished: uploader.TimestampOf(testNow.Add(-time.Hour)) + uploader.Timestamp(batch),
				})
			}
			transfers = append(transfers, &uploader.Transfer{ID: 5000, Batch: 4, Phase: uploader.PhaseDone, Finished: uploader.TimestampOf(testNow)})
			saved.Transfers = uploader.RowsOf(transfers...)
			s := newState(&saved, slog.New(slog.DiscardHandler))
			s.batchDeleted = func(uploader.BatchID) {}
			var h history
			limits, now := uploader.History{MaxCount: 1}, testNow
			h.trim(s, limits, now)
			leave(s, 5000)
			for range 10 {
				now = now.Add(time.Minute)
				h.trim(s, limits, now)
			}
			if got := [...]int{s.table.Count(1), s.table.Count(2), s.table.Count(3)}; got != [...]int{0, 0, historyPortion} {
				t.Errorf("files left of the batches: %v", got)
			}
		})
	}
}
