package uploadtest

import (
	"testing"

	"github.com/ferryapp/ferry/uploader"
)

func testCommands(t *testing.T, reopen Reopen) {
	store := reopen()
	transfers := make([]*uploader.Transfer, 20)
	for i := range transfers {
		transfers[i] = &uploader.Transfer{ID: uploader.TransferID(i + 1), Rank: int64(i)}
	}
	save(t, store, uploader.Changes{Transfers: transfers})
	if got := load(t, store); len(got.Commands) > 0 || got.LastCommand != 0 {
		t.Errorf("a profile without commands has %+v, the last is %d", got.Commands, got.LastCommand)
	}
	commands := []uploader.SavedCommand{
		{ID: 1, Kind: uploader.CommandPause, Target: uploader.TargetAll(), Given: uploader.TimestampOf(instant(0))},
		{ID: 2, Kind: uploader.CommandRemove, Target: uploader.Target{Batch: uploader.NewBatchID(), Final: true}},
		{ID: 3, Kind: uploader.CommandCancel, Target: uploader.TargetTransfers(1, 2, 300, 1<<40)},
	}
	paused := make([]*uploader.Transfer, 12) // of the first: enough for one statement
	for i := range paused {
		next := *transfers[i]
		next.Intent = uploader.IntentPause
		paused[i] = &next
	}
	begun := *transfers[12]
	begun.Phase, begun.Session.URL = uploader.PhaseSending, "u"
	save(t, store, uploader.Changes{Commands: commands[:1]})
	save(t, store, uploader.Changes{
		Commands: commands[1:], Applied: 2, Statuses: paused[1:], Transfers: []*uploader.Transfer{paused[0], &begun},
		Before: map[uploader.TransferID]*uploader.Transfer{begun.ID: transfers[12]},
	})
	store = reopen()
	got := load(t, store)
	wantEqual(t, got.Commands, commands)
	if got.LastCommand != 3 {
		t.Errorf("the last command is %d, want 3", got.LastCommand)
	}
	for i, row := range got.Transfers.All() {
		want, applied := transfers[i], uploader.CommandID(0)
		if i < len(paused) {
			want, applied = paused[i], 2
		} else if row.ID == begun.ID {
			want, applied = &begun, 2
		}
		wantEqual(t, row, want)
		if got.Applied[row.ID] != applied {
			t.Errorf("transfer %d has the effect of command %d, want %d", row.ID, got.Applied[row.ID], applied)
		}
	}

	save(t, store, uploader.Changes{DoneCommands: 2, RemovedTransfers: []uploader.TransferID{1}})
	got = load(t, reopen())
	wantEqual(t, got.Commands, commands[2:])
	if got.LastCommand != 3 || got.Applied[1] != 0 {
		t.Errorf("the last command is %d, a removed transfer has the effect of command %d; want 3, 0", got.LastCommand, got.Applied[1])
	}
	save(t, reopen(), uploader.Changes{DoneCommands: 3})
	if got := load(t, reopen()); len(got.Commands) > 0 || got.LastCommand != 3 {
		t.Errorf("after all are done there are %+v, the last is %d", got.Commands, got.LastCommand)
	}
}
