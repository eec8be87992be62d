package uploader

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// willing is a store that takes everything.
type willing struct{ Store }

func (willing) Save(context.Context, Changes) error { return nil }

// TestAClockThatIsSetBackHoldsUpNothing has a loop in the state in which a clock
// leaves it that ran an hour ahead and has just been set right: all that waits does
// so until a moment that was meant to be near.
func TestAClockThatIsSetBackHoldsUpNothing(t *testing.T) {
	t.Parallel()
	now := time.Now()
	soon := now.Add(time.Hour + 5*time.Second) // as the clock had it
	busy := &fault.Fault{Kind: fault.Busy}
	of := func(id TransferID, server ServerID) Transfer {
		return Transfer{
			ID: id, Server: server, Batch: 1, Rank: int64(id), Phase: PhaseWaiting, NextTry: MomentOf(soon), Fault: busy, Attempt: 1,
			Source: source.File{Path: "/film.mov", Size: 1}, Session: Session{URL: "http://s/1", Expires: MomentOf(soon)},
		}
	}
	settings := DefaultSettings()
	restsIn := func(at time.Time) Span {
		minute := time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
		return Span{Days: [7]bool{true, true, true, true, true, true, true}, From: minute, Until: (minute + time.Minute) % (24 * time.Hour), Limit: Nothing}
	}
	settings.Schedule = Schedule{restsIn(now.Add(time.Hour))}
	l := newLoop(
		New(Config{Store: willing{}, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Settings: &settings}),
		Saved{Transfers: []Transfer{of(1, BuiltinServer), of(2, 2)}, Servers: []Server{{ID: BuiltinServer}, {ID: 2}}, NextID: 3, NextServer: 3, NextRank: 3},
	)
	for id := range TransferID(2) {
		l.alarms.set(soon, id+1)
	}
	l.gates[2] = gate{until: soon, fault: busy}
	l.resting, l.regime = true, soon
	l.clock = clock{wall: now.Add(time.Hour).Round(0), ticks: now.Sub(start)}

	l.turn(t.Context(), t.Context())

	for transfer := range l.table.all() { // neither server is there, which each finds out for itself
		if transfer.Phase != PhaseWaiting || transfer.Fault.Kind != fault.Unreachable || transfer.NextTry.After(now.Add(time.Minute)) {
			t.Errorf("transfer %d is %v until %v: %v", transfer.ID, transfer.Phase, transfer.NextTry.Time(), transfer.Fault)
		}
		if transfer.Session.URL == "" {
			t.Errorf("transfer %d lost its upload", transfer.ID)
		}
	}
	if g := l.gates[2]; g.until.After(now.Add(time.Minute)) {
		t.Errorf("its server is left alone until %v", g.until)
	}
	if l.resting || !l.regime.Before(now.Add(2*time.Hour)) {
		t.Errorf("it rests: %v, until %v", l.resting, l.regime)
	}
	if nap := l.nap(time.Now()); nap > drowsy {
		t.Errorf("nothing is looked after for %v", nap)
	}
}
