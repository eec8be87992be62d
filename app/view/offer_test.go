package view

import (
	"testing"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestActionIsNotAppliedToAnotherState(t *testing.T) {
	cases := []struct {
		name        string
		action      Action
		before, now *uploader.Transfer
		want        bool
	}{
		{"cancel of an upload that has sent more", ActionCancel, apptest.Transfer(1, apptest.Sending), apptest.Transfer(1, apptest.Sending, apptest.Acknowledged(5)), true},
		{"cancel of an upload that is paused meanwhile", ActionCancel, apptest.Transfer(1, apptest.Sending), apptest.Transfer(1, apptest.Paused), true},
		{"cancel of an upload that is done meanwhile", ActionCancel, apptest.Transfer(1, apptest.Sending), apptest.Transfer(1, apptest.Done), false},
		{"removal of an upload that is sent again", ActionRemove, apptest.Transfer(1, apptest.Done), apptest.Transfer(1, apptest.Sending), false},
		{"pause of an upload that has failed", ActionPause, apptest.Transfer(1, apptest.Sending), apptest.Transfer(1, apptest.Failed(fault.Refused)), false},
		{"retry that would start over", ActionRetry, apptest.Transfer(1, apptest.Failed(fault.Refused)), apptest.Transfer(1, apptest.Failed(fault.SourceChanged)), false},
		{"retry after another failure", ActionRetry, apptest.Transfer(1, apptest.Failed(fault.Refused)), apptest.Transfer(1, apptest.Failed(fault.Refused)), true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			current := SelectionOf(c.before).Current(apptest.Snapshot(c.now), SameAction(c.action))
			if got := !current.Empty(); got != c.want {
				t.Errorf("applied: %t", got)
			}
			if c.want && current.Transfers[0] != c.now {
				t.Error("selection has the earlier state")
			}
		})
	}
}

func TestCurrentSelectionOfBatches(t *testing.T) {
	inBatch := func(options ...func(*uploader.Transfer)) []func(*uploader.Transfer) {
		return append(options, apptest.InBatch(7))
	}
	sending, waiting := apptest.Transfer(1, inBatch(apptest.Sending)...), apptest.Transfer(2, inBatch()...)
	offered := Selection{Batches: []uploader.BatchID{7}, All: []*uploader.Transfer{sending, waiting}}
	done := func(id uploader.TransferID) *uploader.Transfer { return apptest.Transfer(id, inBatch(apptest.Done)...) }

	partly := apptest.WithBatches(apptest.Snapshot(done(1), waiting), apptest.Folder(7, "raws"))
	if s := offered.Current(partly, SameAction(ActionCancel)); len(s.Batches) != 1 || len(s.All) != 1 || s.All[0] != waiting {
		t.Errorf("of a batch with one finished file: %+v", s)
	}
	finished := apptest.WithBatches(apptest.Snapshot(done(1), done(2)), apptest.Folder(7, "raws"))
	if s := offered.Current(finished, SameAction(ActionCancel)); !s.Empty() {
		t.Errorf("of a finished batch: %+v", s)
	}
	if s := offered.Current(apptest.Snapshot(), SameAction(ActionCancel)); !s.Empty() {
		t.Errorf("of a removed batch: %+v", s)
	}
}

func TestPastText(t *testing.T) {
	apptest.LoadEnglish(t)
	offered := SelectionOf(apptest.Transfer(1, apptest.Sending, func(t *uploader.Transfer) { t.Source.Path = "/x/b-roll.mov" }))
	done := apptest.Transfer(1, apptest.Done)
	if got, want := PastText(offered, apptest.Snapshot(done)), "Nothing was done: b-roll.mov is now in the state “Done”."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := PastText(offered, apptest.Snapshot()), "Nothing was done: b-roll.mov is no longer in the list."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
