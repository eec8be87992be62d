package endtoend_test

import (
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// actions are what the user of a window says now and then, and what happens to
// that user besides the weather.
var userActions = []struct {
	name string
	give func(s *engineStress, of uint64)
}{
	{"pause", func(s *engineStress, of uint64) { s.do(uploader.Pause{Target: s.target(of)}) }},
	{"pause all", func(s *engineStress, _ uint64) { s.do(uploader.Pause{Target: uploader.Everything()}) }},
	{"resume", func(s *engineStress, of uint64) { s.do(uploader.Resume{Target: s.target(of)}) }},
	{"resume all", func(s *engineStress, _ uint64) { s.do(uploader.Resume{Target: uploader.Everything()}) }},
	{"pause and resume at once", func(s *engineStress, of uint64) {
		s.do(uploader.Pause{Target: s.target(of)})
		s.do(uploader.Resume{Target: s.target(of)})
	}},
	{"retry", func(s *engineStress, of uint64) { s.retry(s.pick(of)) }},
	{"retry all", func(s *engineStress, _ uint64) { s.retry(s.unfinished()...) }},
	{"cancel", func(s *engineStress, of uint64) { s.cancel(s.pick(of)) }},
	{"remove", func(s *engineStress, of uint64) { s.remove(s.pick(of)) }},
	{"add again", func(s *engineStress, of uint64) {
		if t := s.pick(of); t != nil && !t.Phase.Final() {
			s.do(uploader.Add{Batch: uploader.NewBatchID(), Server: s.server, Paths: []string{t.Source.Path}})
		}
	}},
	{"drop a folder again", func(s *engineStress, of uint64) {
		if len(s.folders) > 0 {
			s.do(uploader.Add{Batch: uploader.NewBatchID(), Server: s.server, Paths: []string{s.folders[of%uint64(len(s.folders))]}})
		}
	}},
	{"answer", (*engineStress).answerQuestions},
	{"find again", func(s *engineStress, of uint64) {
		if t := s.pick(of); t != nil {
			s.do(uploader.Find{Batch: t.Batch})
		}
	}},
	{"check", func(s *engineStress, of uint64) { s.do(uploader.Check{Target: s.target(of)}) }},
	{"move", func(s *engineStress, of uint64) { s.do(uploader.Move{Target: s.target(of), To: uploader.Place(of / 7 % 4)}) }},
	{"move a batch", func(s *engineStress, of uint64) {
		if t := s.pick(of); t != nil {
			s.do(uploader.Move{Target: uploader.Target{Batch: t.Batch}, To: uploader.Place(of / 7 % 4)})
		}
	}},
	{"settings", func(s *engineStress, of uint64) { s.configure(settingsVariant(of)) }},
	{"metered", func(s *engineStress, of uint64) { s.do(uploader.Metering{Metered: of%2 == 0}) }},
	{"profile", func(s *engineStress, of uint64) { s.saveServerOptions(serverOptionsVariant(of)) }},
	{"sign-in expires", func(s *engineStress, of uint64) {
		s.filter.setUnauthorized(true)
		s.startTimedFault(of, func() {
			s.filter.setUnauthorized(false)
			s.mustDo(uploader.SignedIn{Server: s.server})
		})
	}},
	{"bodies too large", func(s *engineStress, of uint64) { s.filter.setMaxBody([]int64{0, 256 << 10, 1 << 20, 3<<20 + 1}[of%4]) }},
	{"disk full", func(s *engineStress, of uint64) {
		s.engine.disk.setFull(true)
		s.startTimedFault(of, func() { s.engine.disk.setFull(false) })
	}},
	{"restart", func(s *engineStress, _ uint64) { s.restart(false) }},
	{"restart and ask", func(s *engineStress, _ uint64) { s.restart(true) }},
}

// startTimedFault is how long something lasts before it is over.
type timedFault struct {
	rounds int // passes
	end func()
}

func (s *engineStress) startTimedFault(n uint64, end func()) {
	s.timedFaults = append(s.timedFaults, timedFault{1 + int(n/11%8), end}) //nolint:gosec // below 9
}

// endTimedFaults lets a pass go by, and ends the spells whose time has come.
func (s *engineStress) endTimedFaults(rounds int) {
	var active []timedFault
	for _, each := range s.timedFaults {
		if each.rounds -= rounds; each.rounds > 0 {
			active = append(active, each)
		} else {
			each.end()
		}
	}
	s.timedFaults = active
}

// do gives a command, and reports whether it is sure to be carried out: on a full
// disk it is not.
func (s *engineStress) do(command uploader.Command) bool {
	s.t.Helper()
	err := s.engine.engine.Do(s.t.Context(), command)
	if err != nil && !fault.Is(err, fault.LocalDisk) {
		s.t.Fatalf("%T: %v", command, err)
	}
	return err == nil
}

// mustDo gives a command until it is sure to be carried out, and makes room for it when
// there is none.
func (s *engineStress) mustDo(command uploader.Command) {
	s.t.Helper()
	for !s.do(command) {
		s.engine.disk.setFull(false)
		s.engine.waitFor("room on the disk", func(now *uploader.Snapshot) bool { return now.Trouble == nil })
	}
}

func (s *engineStress) restart(ask bool) {
	s.t.Helper()
	s.runs++
	s.engine.askOnStart = ask
	s.engine.restart()
}

// configure changes the settings for this run of the engine and the next ones, as
// whoever keeps them does.
func (s *engineStress) configure(settings uploader.Settings) {
	s.t.Helper()
	s.engine.settings = &settings
	s.do(uploader.Configure{Settings: settings})
}

func (s *engineStress) saveServerOptions(p uploader.Profile) {
	s.t.Helper()
	s.do(uploader.SaveServer{Server: uploader.Server{ID: s.server, Name: "studio", Endpoint: s.endpoint, Profile: p}})
}

// retry tries transfers again. Those that ask whether to send a file once more are
// complete to.
func (s *engineStress) retry(rows ...*uploader.Transfer) {
	s.t.Helper()
	var ids []uploader.TransferID
	for _, t := range rows {
		if t == nil {
			continue
		}
		if t.State() == uploader.StateAsking {
			s.markTouched(t)
		}
		ids = append(ids, t.ID)
	}
	s.do(uploader.Retry{Target: uploader.These(ids...)})
}

func (s *engineStress) cancel(t *uploader.Transfer) {
	s.t.Helper()
	if t != nil {
		s.markTouched(t)
		s.do(uploader.Cancel{Target: uploader.These(t.ID)})
	}
}

// remove takes a transfer off the list.
func (s *engineStress) remove(t *uploader.Transfer) {
	s.t.Helper()
	if t == nil {
		return
	}
	if t.State() != uploader.StateAsking {
		s.markTouched(t)
	}
	s.do(uploader.Remove{Target: uploader.These(t.ID)})
	s.markRemoved(t.ID)
}

// markRemoved is told of a transfer that may leave the list: when there was no room to
// save that it does, it may do so once there is.
func (s *engineStress) markRemoved(id uploader.TransferID) {
	s.removed[id] = true
	delete(s.added, id)
}

// answerQuestions answers whatever asks about an earlier upload: one that may go on does,
// and what is across is not sent again.
func (s *engineStress) answerQuestions(uint64) {
	s.t.Helper()
	for _, t := range s.engine.engine.Snapshot().Transfers {
		switch {
		case t.State() != uploader.StateAsking:
		case t.Fault.Kind == fault.Several:
			s.do(uploader.Continue{Target: uploader.These(t.ID)})
			s.markRemoved(t.ID) // unless the earlier one is gone meanwhile
		default:
			s.remove(t)
		}
	}
}

// baseSettings are the settings of good days.
func baseSettings() uploader.Settings {
	settings := uploader.DefaultSettings()
	settings.Connections, settings.Settle = 1, 0
	return settings
}

// settingsVariant is one of the ways in which the engine may be told to work.
func settingsVariant(n uint64) uploader.Settings {
	pick := func(count uint64) uint64 { k := n % count; n /= count; return k }
	settings := baseSettings()
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

// serverOptionsVariant is one of the ways in which uploads may cross to a server.
func serverOptionsVariant(n uint64) uploader.Profile {
	pick := func(count uint64) uint64 { k := n % count; n /= count; return k }
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
