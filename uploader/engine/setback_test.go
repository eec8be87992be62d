package engine

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// willing is a store that takes everything.
type willing struct{ uploader.Store }

func (willing) Save(context.Context, uploader.Changes) error { return nil }

// TestAClockThatIsSetBackHoldsUpNothing has a loop in the state in which a clock
// leaves it that ran an hour ahead and has just been set right: all that waits does
// so until a moment that was meant to be near.
func TestAClockThatIsSetBackHoldsUpNothing(t *testing.T) {
	t.Parallel()
	now := time.Now()
	soon := now.Add(time.Hour + 5*time.Second) // as the clock had it
	busy := &fault.Fault{Kind: fault.Busy}
	of := func(id uploader.TransferID, server uploader.ServerID) uploader.Transfer {
		return uploader.Transfer{
			ID: id, Server: server, Batch: 1, Rank: int64(id), Phase: uploader.PhaseWaiting, NextTry: uploader.MomentOf(soon), Fault: busy, Attempt: 1,
			Source: source.File{Path: "/film.mov", Size: 1}, Session: uploader.Session{URL: "http://s/1", Expires: uploader.MomentOf(soon)},
		}
	}
	settings := uploader.DefaultSettings()
	restsIn := func(at time.Time) uploader.Span {
		minute := time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
		return uploader.Span{Days: [7]bool{true, true, true, true, true, true, true}, From: minute, Until: (minute + time.Minute) % (24 * time.Hour), Limit: uploader.Nothing}
	}
	settings.Schedule = uploader.Schedule{restsIn(now.Add(time.Hour))}
	l := newLoop(
		New(Config{Store: willing{}, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Settings: &settings}),
		uploader.Saved{Transfers: []uploader.Transfer{of(1, uploader.BuiltinServer), of(2, 2)}, Servers: []uploader.Server{{ID: uploader.BuiltinServer}, {ID: 2}}, NextID: 3, NextServer: 3, NextRank: 3},
	)
	for id := range uploader.TransferID(2) {
		l.alarms.set(soon, id+1)
	}
	l.gates[2] = gate{until: soon, fault: busy}
	l.resting, l.regime = true, soon
	l.clock = clock{wall: now.Add(time.Hour).Round(0), ticks: now.Sub(start)}

	l.turn(t.Context(), t.Context())

	for transfer := range l.table.All() { // neither server is there, which each finds out for itself
		if transfer.Phase != uploader.PhaseWaiting || transfer.Fault.Kind != fault.Unreachable || transfer.NextTry.After(now.Add(time.Minute)) {
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
