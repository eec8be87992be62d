package words

import (
	"time"

	"github.com/dustin/go-humanize"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// Row returns the status text of a transfer. place is its position in the queue,
// from 1; 0 if unknown.
func Row(s *uploader.Snapshot, t *uploader.Transfer, place int, now time.Time) string {
	state := t.State()
	switch state {
	case uploader.StateWaiting:
		if t.Fault != nil && t.Fault.Kind == fault.SourceBusy {
			return Say("state.writing")
		}
		return waiting(s, t, place, now)
	case uploader.StatePreparing:
		return preparing(s.Live[t.ID].Read, t.Source.Size)
	case uploader.StateUploading:
		live := s.Live[t.ID]
		return Join(SizeOf(s.Sent(t), t.Source.Size), Rate(live.Rate), ETA(live.ETA))
	case uploader.StatePaused:
		return paused(s.Sent(t), t.Source.Size)
	case uploader.StateRetrying:
		return retrying(t, now)
	case uploader.StateBusy:
		return busy(t, now)
	case uploader.StateForgotten:
		return forgotten(t, now)
	case uploader.StateAsking:
		return Fault(t.Fault, Subject{}).Short
	case uploader.StateFailed:
		server, _ := s.Server(t.Server)
		return Fault(t.Fault, Subject{File: t.Source.Name(), Server: Server(server)}).String()
	case uploader.StateDone:
		return Say("state.done", Data{"Size": Size(t.Source.Size), "Time": Duration(t.Active)})
	default:
		return Say("state." + state.String())
	}
}

// State returns the short name of a state.
func State(state uploader.State) string { return Say("name." + state.String()) }

// Server returns the display name of a server.
func Server(server uploader.Server) string {
	switch {
	case server.Builtin():
		return Say("server.builtin")
	case server.Name != "":
		return Printable(server.Name)
	default:
		return Printable(withoutSecret(server.Endpoint))
	}
}

// waiting returns why a queued transfer is not started.
func waiting(s *uploader.Snapshot, t *uploader.Transfer, place int, now time.Time) string {
	if f := s.Blocked[t.Server]; f != nil {
		return Fault(f, Subject{}).Short
	}
	if hold, held := s.Held[t.Server]; held {
		return Held(hold, now)
	}
	if place < 1 {
		return Say("state.waiting")
	}
	return Say("state.waiting.place", Data{"N": Number(place), "Nth": humanize.Ordinal(place)})
}

// Held returns why a server is on hold, and until when.
func Held(hold uploader.Hold, now time.Time) string {
	switch {
	case hold.Reason == uploader.HeldByMetering:
		return Say("held.metering")
	case hold.Reason == uploader.HeldBySchedule && hold.Until.IsZero():
		return Say("held.schedule")
	case hold.Reason == uploader.HeldBySchedule:
		return Say("held.schedule.until", Data{"At": Clock(hold.Until, now)})
	case hold.Fault.Kind == fault.Offline:
		return Say("state.offline")
	case !hold.Until.After(now):
		return Say("held.server", Data{"Why": Fault(hold.Fault, Subject{}).Short})
	default:
		return Say("held.server.until", Data{"Why": Fault(hold.Fault, Subject{}).Short, "At": Clock(hold.Until, now)})
	}
}

func preparing(read, size int64) string {
	if read == 0 {
		return Say("state.preparing")
	}
	return Say("state.preparing.read", Data{"Percent": int(100 * float64(read) / float64(max(read, size)))})
}

func paused(sent, size int64) string {
	if sent == 0 {
		return Say("state.paused.fresh")
	}
	return Say("state.paused", Data{"SizeOf": SizeOf(sent, size)})
}

func retrying(t *uploader.Transfer, now time.Time) string {
	tries := int(t.Attempt)
	data := Data{"Why": Fault(t.Fault, Subject{}).Short, "N": Number(tries)}
	left := t.NextTry.Sub(now)
	if left < time.Second {
		return Say("state.retrying.now", data)
	}
	data["In"] = Duration(left)
	if t.Attempt < 2 {
		return Say("state.retrying", data)
	}
	return Say("state.retrying.nth", data)
}

func busy(t *uploader.Transfer, now time.Time) string {
	if !t.NextTry.After(now) {
		return Say("state.busy")
	}
	return Say("state.busy.at", Data{"At": Clock(t.NextTry.Time(), now)})
}

func forgotten(t *uploader.Transfer, now time.Time) string {
	if t.Session.Offset == 0 {
		return Say("state.forgotten")
	}
	key := "state.forgotten.part"
	if expires := t.Session.Expires; !expires.IsZero() && expires.Before(now) {
		key = "state.forgotten.expired"
	}
	return Say(key, Data{"Size": Size(t.Session.Offset)})
}
