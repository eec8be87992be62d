package engine_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
)

// kindsOf lists what is told of a transfer.
func (b *bench) kindsOf(id uploader.TransferID) []uploader.EventKind {
	b.t.Helper()
	events, err := b.engine.Events(b.t.Context(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	var kinds []uploader.EventKind
	for i, e := range events {
		kinds = append(kinds, e.Kind)
		if e.At.IsZero() || i > 0 && e.At.Before(events[i-1].At) {
			b.t.Errorf("%s happened at %v", e.Kind, e.At)
		}
	}
	return kinds
}

func TestEventsTellTheWayOfATransfer(t *testing.T) {
	t.Parallel()
	b, _, proxy, _ := underWay(t)
	b.do(uploader.Pause{Target: uploader.Everything()})
	b.untilState(uploader.StatePaused)
	b.restart()
	proxy.Heal(t)
	b.do(uploader.Resume{Target: uploader.Everything()})
	done := b.untilState(uploader.StateDone)
	want := []uploader.EventKind{
		uploader.EventStarted, uploader.EventCreated, uploader.EventPaused,
		uploader.EventStarted, uploader.EventResumed, uploader.EventDone,
	}
	if diff := cmp.Diff(want, b.kindsOf(done.ID)); diff != "" {
		t.Errorf("want (-) and told (+) differ:\n%s", diff)
	}
	b.do(uploader.Remove{Target: uploader.Everything()})
	if got := b.kindsOf(done.ID); len(got) > 0 {
		t.Errorf("told of what is off the list: %v", got)
	}
}
