package view

import (
	"slices"
	"testing"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestRepeatedErrors(t *testing.T) {
	for _, c := range []struct {
		name      string
		transfers []*uploader.Transfer
		want      int
	}{
		{"nothing failed", []*uploader.Transfer{apptest.Transfer(1, apptest.Done)}, 0},
		{"two of one kind", faulty(1, 2, fault.Refused), 0},
		{"three of one kind", faulty(1, 3, fault.Refused), 3},
		{"two and two", slices.Concat(faulty(1, 2, fault.Refused), faulty(11, 2, fault.Gone)), 0},
		{"the larger of two groups", slices.Concat(faulty(1, 3, fault.Refused), faulty(11, 5, fault.Gone)), 5},
		{"sign-in has its own message", faulty(1, 5, fault.Auth), 0},
		{"decisions are no errors", faulty(1, 5, fault.AlreadyUploaded), 0},
		{"retries in progress", []*uploader.Transfer{apptest.Transfer(1, apptest.Waiting(fault.Transient)), apptest.Transfer(2, apptest.Waiting(fault.Transient)), apptest.Transfer(3, apptest.Waiting(fault.Transient))}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var r RepeatedErrors
			if g, found := r.Update(apptest.Snapshot(c.transfers...)); g.Count != c.want || found != (c.want > 0) {
				t.Errorf("found %d files (%t), want %d", g.Count, found, c.want)
			}
		})
	}
}

func TestDismissedErrorIsSkippedUntilItIsGone(t *testing.T) {
	var r RepeatedErrors
	many := apptest.Snapshot(slices.Concat(faulty(1, 3, fault.Refused), faulty(11, 5, fault.Gone))...)
	g, _ := r.Update(many)
	r.Dismiss(g)
	if next, _ := r.Update(many); next.Key.Kind != fault.Refused {
		t.Errorf("after a dismissal: %+v", next.Key)
	}
	more := apptest.Snapshot(slices.Concat(faulty(1, 3, fault.Refused), faulty(11, 6, fault.Gone))...)
	if next, _ := r.Update(more); next.Key.Kind != fault.Refused {
		t.Errorf("after another file failed: %+v", next.Key)
	}
	r.Update(apptest.Snapshot(faulty(1, 3, fault.Refused)...))
	if again, _ := r.Update(more); again.Key.Kind != fault.Gone {
		t.Errorf("after the error was gone and came back: %+v", again.Key)
	}
}
