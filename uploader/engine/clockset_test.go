package engine

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/timing"
)

// nullStore accepts every save.
type nullStore struct{ uploader.Store }

func (nullStore) Save(context.Context, uploader.Changes) error { return nil }

func (nullStore) HistorySurplus(context.Context, int, uploader.Timestamp, int) ([]uploader.TransferID, error) {
	return nil, nil
}

// TestClockSetBack runs a loop whose clock was an hour ahead and was just corrected:
// everything waits until a time that is an hour too late.
func TestClockSetBack(t *testing.T) {
	t.Parallel()
	now := time.Now()
	ahead := now.Add(time.Hour)
	soon := ahead.Add(5 * time.Second) // by the wrong clock
	busy := &fault.Fault{Kind: fault.Busy}
	waiting := func(id uploader.TransferID, server uploader.ServerID) *uploader.Transfer {
		return &uploader.Transfer{
			ID: id, Server: server, Batch: 1, Rank: int64(id), Phase: uploader.PhaseWaiting,
			NextTry: uploader.TimestampOf(soon), Fault: busy, Attempt: 1,
			Source:  source.File{Path: "/film.mov", Size: 1},
			Session: uploader.Session{URL: "http://s/1", Expires: uploader.TimestampOf(soon)},
		}
	}
	settings := uploader.DefaultSettings()
	from := time.Duration(ahead.Hour())*time.Hour + time.Duration(ahead.Minute())*time.Minute
	settings.Schedule = uploader.Schedule{{
		Days: [7]bool{true, true, true, true, true, true, true},
		From: from, Until: (from + time.Minute) % (24 * time.Hour), Limit: uploader.SendNothing,
	}}
	l := newLoop(
		New(Config{
			Store: nullStore{}, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Settings: &settings,
			Connect: func(uploader.Server) (uploader.Protocol, error) {
				return nil, fault.Newf(fault.Refused, fault.Create, "no address")
			},
		}),
		uploader.Saved{
			Transfers: uploader.RowsOf(waiting(1, uploader.BuiltinServer), waiting(2, 2)),
			Servers:   []uploader.Server{{ID: uploader.BuiltinServer}, {ID: 2}},
			NextID:    3, NextServer: 3, NextRank: 3,
		},
	)
	for id := range uploader.TransferID(2) {
		l.state.alarms.Set(soon, id+1)
	}
	l.admission.HoldUntil(2, busy, soon)
	l.admission.Update(ahead)
	if hold, held := l.admission.Hold(uploader.BuiltinServer); !held || hold.Reason != uploader.HeldBySchedule {
		t.Fatal("schedule holds nothing by the wrong clock")
	}
	l.clock = timing.Clock{Wall: ahead.Round(0), Monotonic: now.Sub(processStart)}

	l.turn(t.Context(), t.Context())

	for transfer := range l.state.table.All() { // a try fails, since neither server has an endpoint
		if transfer.Phase != uploader.PhaseWaiting || transfer.Fault.Kind != fault.Unreachable || transfer.NextTry.After(now.Add(time.Minute)) {
			t.Errorf("transfer %d is %v until %v: %v", transfer.ID, transfer.Phase, transfer.NextTry.Time(), transfer.Fault)
		}
		if transfer.Session.URL == "" {
			t.Errorf("transfer %d lost its upload", transfer.ID)
		}
	}
	for _, id := range []uploader.ServerID{uploader.BuiltinServer, 2} {
		if hold, held := l.admission.Hold(id); held && (hold.Reason == uploader.HeldBySchedule || hold.Until.After(now.Add(time.Minute))) {
			t.Errorf("server %d is held: %+v", id, hold)
		}
	}
	if change := l.admission.ScheduleChanges(); !change.Before(now.Add(2 * time.Hour)) {
		t.Errorf("schedule changes at %v", change)
	}
	if idle := l.idle(time.Now()); idle > maxIdle {
		t.Errorf("loop waits for %v", idle)
	}
}
