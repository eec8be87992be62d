package endtoend_test

import (
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// orders are what the user of a window says now and then, and what happens to
// that user besides the weather.
var orders = []struct {
	name string
	give func(s *squall, of uint64)
}{
	{"pause", func(s *squall, of uint64) { s.ask(uploader.Pause{Target: s.target(of)}) }},
	{"pause all", func(s *squall, _ uint64) { s.ask(uploader.Pause{Target: uploader.Everything()}) }},
	{"resume", func(s *squall, of uint64) { s.ask(uploader.Resume{Target: s.target(of)}) }},
	{"resume all", func(s *squall, _ uint64) { s.ask(uploader.Resume{Target: uploader.Everything()}) }},
	{"pause and resume at once", func(s *squall, of uint64) {
		s.ask(uploader.Pause{Target: s.target(of)})
		s.ask(uploader.Resume{Target: s.target(of)})
	}},
	{"retry", func(s *squall, of uint64) { s.retry(s.pick(of)) }},
	{"retry all", func(s *squall, _ uint64) { s.retry(s.unfinished()...) }},
	{"cancel", func(s *squall, of uint64) { s.cancel(s.pick(of)) }},
	{"remove", func(s *squall, of uint64) { s.remove(s.pick(of)) }},
	{"add again", func(s *squall, of uint64) {
		if t := s.pick(of); t != nil && !t.Phase.Final() {
			s.ask(uploader.Add{Batch: uploader.NewBatchID(), Server: s.server, Paths: []string{t.Source.Path}})
		}
	}},
	{"drop a folder again", func(s *squall, of uint64) {
		if len(s.folders) > 0 {
			s.ask(uploader.Add{Batch: uploader.NewBatchID(), Server: s.server, Paths: []string{s.folders[of%uint64(len(s.folders))]}})
		}
	}},
	{"answer", (*squall).answer},
	{"find again", func(s *squall, of uint64) {
		if t := s.pick(of); t != nil {
			s.ask(uploader.Find{Batch: t.Batch})
		}
	}},
	{"check", func(s *squall, of uint64) { s.ask(uploader.Check{Target: s.target(of)}) }},
	{"move", func(s *squall, of uint64) { s.ask(uploader.Move{Target: s.target(of), To: uploader.Place(of / 7 % 4)}) }},
	{"move a batch", func(s *squall, of uint64) {
		if t := s.pick(of); t != nil {
			s.ask(uploader.Move{Target: uploader.Target{Batch: t.Batch}, To: uploader.Place(of / 7 % 4)})
		}
	}},
	{"settings", func(s *squall, of uint64) { s.configure(settingsOf(of)) }},
	{"metered", func(s *squall, of uint64) { s.ask(uploader.Metering{Metered: of%2 == 0}) }},
	{"profile", func(s *squall, of uint64) { s.profile(profileOf(of)) }},
	{"sign-in expires", func(s *squall, of uint64) {
		s.turnstile.shuts(true)
		s.spell(of, func() {
			s.turnstile.shuts(false)
			s.insist(uploader.SignedIn{Server: s.server})
		})
	}},
	{"bodies too large", func(s *squall, of uint64) { s.turnstile.takes([]int64{0, 256 << 10, 1 << 20, 3<<20 + 1}[of%4]) }},
	{"disk full", func(s *squall, of uint64) {
		s.bench.disk.fills(true)
		s.spell(of, func() { s.bench.disk.fills(false) })
	}},
	{"restart", func(s *squall, _ uint64) { s.restart(false) }},
	{"restart and ask", func(s *squall, _ uint64) { s.restart(true) }},
}

// spell is how long something lasts before it is over.
type spell struct {
	left int // passes
	over func()
}

func (s *squall) spell(of uint64, over func()) {
	s.spells = append(s.spells, spell{1 + int(of/11%8), over}) //nolint:gosec // below 9
}

// outlast lets a pass go by, and ends the spells whose time has come.
func (s *squall) outlast(passes int) {
	var lasting []spell
	for _, each := range s.spells {
		if each.left -= passes; each.left > 0 {
			lasting = append(lasting, each)
		} else {
			each.over()
		}
	}
	s.spells = lasting
}

// ask gives a command, and reports whether it is sure to be carried out: on a full
// disk it is not.
func (s *squall) ask(command uploader.Command) bool {
	s.t.Helper()
	err := s.bench.engine.Do(s.t.Context(), command)
	if err != nil && !fault.Is(err, fault.LocalDisk) {
		s.t.Fatalf("%T: %v", command, err)
	}
	return err == nil
}

// insist gives a command until it is sure to be carried out, and makes room for it when
// there is none.
func (s *squall) insist(command uploader.Command) {
	s.t.Helper()
	for !s.ask(command) {
		s.bench.disk.fills(false)
		s.bench.until("room on the disk", func(now *uploader.Snapshot) bool { return now.Trouble == nil })
	}
}

func (s *squall) restart(asking bool) {
	s.t.Helper()
	s.runs++
	s.bench.ask = asking
	s.bench.restart()
}

// configure changes the settings for this run of the engine and the next ones, as
// whoever keeps them does.
func (s *squall) configure(settings uploader.Settings) {
	s.t.Helper()
	s.bench.settings = &settings
	s.ask(uploader.Configure{Settings: settings})
}

func (s *squall) profile(p uploader.Profile) {
	s.t.Helper()
	s.ask(uploader.SaveServer{Server: uploader.Server{ID: s.server, Name: "studio", Endpoint: s.endpoint, Profile: p}})
}

// retry tries transfers again. Those that ask whether to send a file once more are
// told to.
func (s *squall) retry(rows ...*uploader.Transfer) {
	s.t.Helper()
	var ids []uploader.TransferID
	for _, t := range rows {
		if t == nil {
			continue
		}
		if t.State() == uploader.StateAsking {
			s.disturb(t)
		}
		ids = append(ids, t.ID)
	}
	s.ask(uploader.Retry{Target: uploader.These(ids...)})
}

func (s *squall) cancel(t *uploader.Transfer) {
	s.t.Helper()
	if t != nil {
		s.disturb(t)
		s.ask(uploader.Cancel{Target: uploader.These(t.ID)})
	}
}

// remove takes a transfer off the list.
func (s *squall) remove(t *uploader.Transfer) {
	s.t.Helper()
	if t == nil {
		return
	}
	if t.State() != uploader.StateAsking {
		s.disturb(t)
	}
	s.ask(uploader.Remove{Target: uploader.These(t.ID)})
	s.leaves(t.ID)
}

// leaves is told of a transfer that may leave the list: when there was no room to
// save that it does, it may do so once there is.
func (s *squall) leaves(id uploader.TransferID) {
	s.removed[id] = true
	delete(s.added, id)
}

// answer answers whatever asks about an earlier upload: one that may go on does,
// and what is across is not sent again.
func (s *squall) answer(uint64) {
	s.t.Helper()
	for _, t := range s.bench.engine.Snapshot().Transfers {
		switch {
		case t.State() != uploader.StateAsking:
		case t.Fault.Kind == fault.Several:
			s.ask(uploader.Continue{Target: uploader.These(t.ID)})
			s.leaves(t.ID) // unless the earlier one is gone meanwhile
		default:
			s.remove(t)
		}
	}
}

// usual are the settings of good days.
func usual() uploader.Settings {
	settings := uploader.DefaultSettings()
	settings.Connections, settings.Settle = 1, 0
	return settings
}

// settingsOf is one of the ways in which the engine may be told to work.
func settingsOf(n uint64) uploader.Settings {
	pick := func(most uint64) uint64 { k := n % most; n /= most; return k }
	settings := usual()
	settings.Simultaneous = 1 + int(pick(6))          //nolint:gosec // below 7
	settings.Connections = []int{1, 1, 2, 4}[pick(4)] // parts
	settings.Limit = []int64{0, 0, 1 << 20, 4 << 20}[pick(4)]
	settings.Proof = []uploader.Proof{uploader.ProofSamples, uploader.ProofWhole}[pick(2)]
	settings.Sum = pick(2) == 0
	settings.Settle = []time.Duration{0, 0, 50 * time.Millisecond, 300 * time.Millisecond}[pick(4)]
	settings.Metered = []uploader.Metered{uploader.MeteredGoOn, uploader.MeteredHold}[pick(2)]
	always := uploader.Span{Days: [7]bool{true, true, true, true, true, true, true}, Until: 24 * time.Hour}
	switch pick(6) {
	case 0:
		always.Limit = uploader.Nothing
		settings.Schedule = uploader.Schedule{always}
	case 1:
		always.Limit = 2 << 20
		settings.Schedule = uploader.Schedule{always}
	}
	return settings
}

// profileOf is one of the ways in which uploads may cross to a server.
func profileOf(n uint64) uploader.Profile {
	pick := func(most uint64) uint64 { k := n % most; n /= most; return k }
	chunks := []uploader.Profile{
		{},
		{ChunkMax: 1 << 20},
		{ChunkMin: 512 << 10, ChunkMax: 2 << 20, ChunkMultiple: 256 << 10},
		{ChunkMultiple: 100_000},
		{ChunkMin: 5 << 20},
	}
	p := chunks[pick(uint64(len(chunks)))]
	p.MethodOverride = pick(2) == 0
	p.Checksums = pick(2) == 0
	p.Connections = []int{0, 0, 1, 3}[pick(4)]
	p.Simultaneous = []int{0, 0, 1, 5}[pick(4)]
	p.Limit = []int64{0, 0, 0, 3 << 20}[pick(4)]
	return p
}
