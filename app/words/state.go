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
	if f := s.Wait(t); f != nil && state != uploader.StateWaiting {
		return Fault(f, Subject{}).Short
	}
	switch state {
	case uploader.StateWaiting:
		if t.Phase == uploader.PhaseWaiting && t.Fault != nil {
			return Fault(t.Fault, Subject{}).Short // another program uses the file
		}
		return waiting(s, t, place, now)
	case uploader.StatePreparing:
		return preparing(s.Progress[t.ID].Read, t.Source.Size)
	case uploader.StateUploading:
		live := s.Progress[t.ID]
		return Join(SizeOf(s.Sent(t), t.Source.Size), Rate(live.Rate), ETA(live.ETA))
	case uploader.StatePaused:
		if t.Pausing() {
			return Text("state.pausing")
		}
		return paused(t.Acknowledged(), t.Source.Size)
	case uploader.StateRetrying:
		return retrying(t, now)
	case uploader.StateBusy:
		if t.Fault.Code == fault.CodeReceiverFiles {
			return retrying(t, now)
		}
		return busy(t, now)
	case uploader.StateExpired:
		return forgotten(t, now)
	case uploader.StateNeedsDecision:
		return Fault(t.Fault, Subject{}).Short
	case uploader.StateChanged:
		if t.NotComparable() {
			return Fault(t.Fault, Subject{}).Short
		}
		return Text("state." + state.String())
	case uploader.StateFailed:
		server, _ := s.Server(t.Server)
		return Fault(t.Fault, Subject{File: t.Source.Name(), Server: Server(server)}).String()
	case uploader.StateDone:
		return Join(Text("state.done", Data{"Size": Size(t.Source.Size), "Time": Duration(t.ActiveTime)}), Renamed(t))
	case uploader.StateCancelled:
		if t.Skipped() {
			return Text("state.skipped")
		}
		return Text("state." + state.String())
	default:
		return Text("state." + state.String())
	}
}

// Renamed returns under which name a transfer is uploaded; "" if it is that of its file.
func Renamed(t *uploader.Transfer) string {
	if name := t.Renamed(); name != "" {
		return Text("state.renamed", Data{"Name": Printable(name)})
	}
	return ""
}

// State returns the short name of a state.
func State(state uploader.State) string { return Text("name." + state.String()) }

// Server returns the display name of a server.
func Server(server uploader.Server) string {
	switch {
	case server.Builtin():
		return Text("server.builtin")
	case server.Name != "":
		return Printable(server.Name)
	default:
		return Address(server.Endpoint)
	}
}

// ServerName returns the display name of a server of which only the saved name is known, which is
// not empty.
func ServerName(saved string) string {
	if saved == uploader.BuiltinName {
		return Text("server.builtin")
	}
	return Printable(saved)
}

// waiting returns why a queued transfer is not started.
func waiting(s *uploader.Snapshot, t *uploader.Transfer, place int, now time.Time) string {
	if f := s.Blocked[t.Server]; f != nil {
		return Fault(f, Subject{}).Short
	}
	if hold, held := s.Holds[t.Server]; held {
		return HoldReason(hold, now)
	}
	if f := s.Wait(t); f != nil {
		return Fault(f, Subject{}).Short
	}
	if fault.Is(t.Fault, fault.SourceBusy) { // the file is about to be looked at again
		return Fault(t.Fault, Subject{}).Short
	}
	if place < 1 {
		return Text("state.waiting")
	}
	return Text("state.waiting.place", Data{"N": Number(place), "Nth": humanize.Ordinal(place)})
}

// HoldReason returns why a server is on hold, and until when.
func HoldReason(hold uploader.Hold, now time.Time) string {
	switch {
	case hold.Reason == uploader.HeldByMetering:
		return Text("held.metering")
	case hold.Reason == uploader.HeldBySchedule && hold.Until.IsZero():
		return Text("held.schedule")
	case hold.Reason == uploader.HeldBySchedule:
		return Text("held.schedule.until", Data{"At": Clock(hold.Until, now)})
	case hold.Fault.Kind == fault.Offline:
		return Text("state.offline")
	case !hold.Until.After(now):
		return Text("held.server", Data{"Why": Fault(hold.Fault, Subject{}).Short})
	default:
		return Text("held.server.until", Data{"Why": Fault(hold.Fault, Subject{}).Short, "At": Clock(hold.Until, now)})
	}
}

func preparing(read, size int64) string {
	if read == 0 || read > size { // the size is being determined
		return Text("state.preparing")
	}
	return Text("state.preparing.read", Data{"Percent": int(100 * float64(read) / float64(max(read, size)))})
}

func paused(sent, size int64) string {
	if sent == 0 {
		return Text("state.paused.fresh")
	}
	return Text("state.paused", Data{"SizeOf": SizeOf(sent, size)})
}

func retrying(t *uploader.Transfer, now time.Time) string {
	tries := int(t.Attempt)
	data := Data{"Why": Fault(t.Fault, Subject{}).Short, "N": Number(tries)}
	left := t.NextTry.Sub(now)
	if left < time.Second {
		return Text("state.retrying.now", data)
	}
	data["In"] = Duration(left)
	if t.Attempt < 2 {
		return Text("state.retrying", data)
	}
	return Text("state.retrying.nth", data)
}

func busy(t *uploader.Transfer, now time.Time) string {
	if !t.NextTry.After(now) {
		return Text("state.busy")
	}
	return Text("state.busy.at", Data{"At": Clock(t.NextTry.Time(), now)})
}

func forgotten(t *uploader.Transfer, now time.Time) string {
	if t.Session.Offset == 0 {
		return Text("state.forgotten")
	}
	key := "state.forgotten.part"
	if expires := t.Session.Expires; !expires.IsZero() && expires.Before(now) {
		key = "state.forgotten.expired"
	}
	return Text(key, Data{"Size": Size(t.Session.Offset)})
}
