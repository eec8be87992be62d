package endtoend_test

import (
	"syscall"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// userActions are the random commands of a user, and the faults that the user
// resolves.
var userActions = []struct {
	name string
	run  func(s *engineStress, n uint64)
}{
	{"pause", func(s *engineStress, n uint64) { s.do(uploader.Pause{Target: s.target(n)}) }},
	{"pause all", func(s *engineStress, _ uint64) { s.do(uploader.Pause{Target: uploader.TargetAll()}) }},
	{"resume", func(s *engineStress, n uint64) { s.do(uploader.Resume{Target: s.target(n)}) }},
	{"resume all", func(s *engineStress, _ uint64) { s.do(uploader.Resume{Target: uploader.TargetAll()}) }},
	{"pause and resume at once", func(s *engineStress, n uint64) {
		s.do(uploader.Pause{Target: s.target(n)})
		s.do(uploader.Resume{Target: s.target(n)})
	}},
	{"retry", func(s *engineStress, n uint64) { s.retry(false, s.pick(n)) }},
	{"retry and keep", func(s *engineStress, n uint64) { s.retry(true, s.pick(n)) }},
	{"retry all", func(s *engineStress, _ uint64) { s.retry(false, s.unfinished()...) }},
	{"cancel", func(s *engineStress, n uint64) { s.cancel(s.pick(n)) }},
	{"remove", func(s *engineStress, n uint64) { s.remove(s.pick(n)) }},
	{"add again", func(s *engineStress, n uint64) {
		if t := s.pick(n); t != nil && !t.Phase.Final() {
			s.do(uploader.Add{Batch: uploader.NewBatchID(), Server: s.server, Paths: []string{t.Source.Path}})
		}
	}},
	{"drop a folder again", func(s *engineStress, n uint64) {
		if len(s.folders) > 0 {
			s.do(uploader.Add{Batch: uploader.NewBatchID(), Server: s.server, Paths: []string{s.folders[n%uint64(len(s.folders))]}})
		}
	}},
	{"answer", (*engineStress).answerQuestions},
	{"find again", func(s *engineStress, n uint64) {
		if t := s.pick(n); t != nil {
			s.do(uploader.Scan{Batch: t.Batch})
		}
	}},
	{"upload as it is", func(s *engineStress, n uint64) { s.do(uploader.UploadAsIs{Target: s.target(n)}) }},
	{"check", func(s *engineStress, n uint64) { s.do(uploader.Check{Target: s.target(n)}) }},
	{"move", func(s *engineStress, n uint64) {
		s.do(uploader.Move{Targets: []uploader.Target{s.target(n)}, To: uploader.MoveTo(n / 7 % 4)})
	}},
	{"move a batch", func(s *engineStress, n uint64) {
		if t := s.pick(n); t != nil {
			s.do(uploader.Move{Targets: []uploader.Target{{Batch: t.Batch}}, To: uploader.MoveTo(n / 7 % 4)})
		}
	}},
	{"settings", func(s *engineStress, n uint64) { s.configure(settingsVariant(n)) }},
	{"metered", func(s *engineStress, n uint64) { s.do(uploader.SetMetered{Metered: n%2 == 0}) }},
	{"server options", func(s *engineStress, n uint64) {
		if s.faults.gateway.Pending() == 0 { // the engine forgets that the server sends Tus-Resumable
			s.saveServerOptions(serverOptionsVariant(n))
		}
	}},
	{"sign-in expires", func(s *engineStress, n uint64) {
		s.filter.setUnauthorized(true)
		s.startTimedFault(n, func() {
			s.filter.setUnauthorized(false)
			s.mustDo(uploader.Unblock{Server: s.server})
		})
	}},
	{"bodies too large", func(s *engineStress, n uint64) { s.filter.setMaxBody([]int64{0, 256 << 10, 1 << 20, 3<<20 + 1}[n%4]) }},
	{"disk full", func(s *engineStress, n uint64) {
		s.runner.disk.setFull(true)
		s.startTimedFault(n, func() { s.runner.disk.setFull(false) })
	}},
	{"file hangs", func(s *engineStress, n uint64) {
		if paths := s.sending(); len(paths) > 0 {
			s.startTimedFault(n, s.runner.drive.Hang(paths[n%uint64(len(paths))]))
		}
	}},
	{"drive hangs", func(s *engineStress, n uint64) {
		if len(s.folders) > 0 {
			s.startTimedFault(n, s.runner.drive.HangDrive(s.folders[n%uint64(len(s.folders))]))
		}
	}},
	{"drive fails", func(s *engineStress, n uint64) {
		if len(s.folders) > 0 {
			errno := []syscall.Errno{syscall.EIO, syscall.ENODEV, syscall.ESTALE, syscall.ENOTCONN}[n/7%4]
			s.runner.drive.Break(s.folders[n%uint64(len(s.folders))], errno)
			s.startTimedFault(n, func() { s.runner.drive.Break("", nil) })
		}
	}},
	{"too many open files", func(s *engineStress, n uint64) {
		s.runner.drive.FailOpens(syscall.EMFILE)
		s.startTimedFault(n, func() { s.runner.drive.FailOpens(nil) })
	}},
	{"restart", func(s *engineStress, _ uint64) { s.restart(false) }},
	{"restart and ask", func(s *engineStress, _ uint64) { s.restart(true) }},
}

// timedFault is a fault that ends after some rounds.
type timedFault struct {
	rounds int
	end    func()
}

func (s *engineStress) startTimedFault(n uint64, end func()) {
	s.timedFaults = append(s.timedFaults, timedFault{1 + int(n/11%8), end})
}

// endTimedFaults counts rounds and ends the faults whose time is over.
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

// do sends a command to the engine. It reports false if the disk is full, when the
// command may not be saved.
func (s *engineStress) do(command uploader.Command) bool {
	s.t.Helper()
	err := s.runner.engine.Do(s.t.Context(), command)
	if err != nil && !fault.Is(err, fault.LocalDisk) {
		s.t.Fatalf("%T: %v", command, err)
	}
	return err == nil
}

// mustDo sends a command until it is saved. It ends the full disk if necessary.
func (s *engineStress) mustDo(command uploader.Command) {
	s.t.Helper()
	for !s.do(command) {
		s.runner.disk.setFull(false)
		s.runner.waitFor("a save after the full disk", func(now *uploader.Snapshot) bool { return now.StoreFault == nil })
	}
}

func (s *engineStress) restart(ask bool) {
	s.t.Helper()
	s.runs++
	s.runner.askOnStart = ask
	s.runner.restart()
}

// configure changes the settings of this engine and of restarted ones.
func (s *engineStress) configure(settings uploader.Settings) {
	s.t.Helper()
	s.runner.settings = &settings
	s.do(uploader.Configure{Settings: settings})
}

func (s *engineStress) saveServerOptions(p uploader.ServerOptions) {
	s.t.Helper()
	s.do(uploader.SaveServer{Server: uploader.Server{ID: s.server, Name: "studio", Endpoint: s.endpoint, Options: p}})
}

// retry retries transfers. For those that ask whether to upload a file again, this
// means yes. keep keeps what the server has of files that changed.
func (s *engineStress) retry(keep bool, rows ...*uploader.Transfer) {
	s.t.Helper()
	var ids []uploader.TransferID
	for _, t := range rows {
		if t == nil {
			continue
		}
		if t.State() == uploader.StateNeedsDecision {
			s.markTouched(t)
		}
		ids = append(ids, t.ID)
	}
	s.do(uploader.Retry{Target: uploader.TargetTransfers(ids...), KeepUploads: keep})
}

func (s *engineStress) cancel(t *uploader.Transfer) {
	s.t.Helper()
	if t != nil {
		s.markTouched(t)
		s.do(uploader.Cancel{Target: uploader.TargetTransfers(t.ID)})
	}
}

// remove removes a transfer from the list.
func (s *engineStress) remove(t *uploader.Transfer) {
	s.t.Helper()
	if t == nil {
		return
	}
	if t.State() != uploader.StateNeedsDecision {
		s.markTouched(t)
	}
	s.do(uploader.Remove{Target: uploader.TargetTransfers(t.ID)})
	s.markRemoved(t.ID)
}

// markRemoved marks a transfer that may disappear from the list. If the removal
// could not be saved, that may happen later.
func (s *engineStress) markRemoved(id uploader.TransferID) {
	s.removed[id] = true
	delete(s.added, id)
}

// answerQuestions answers the questions about earlier uploads: transfers that can
// continue an earlier upload do, and uploaded files are not uploaded again.
func (s *engineStress) answerQuestions(uint64) {
	s.t.Helper()
	for t := range s.runner.engine.Snapshot().Transfers.Values() {
		switch {
		case t.State() != uploader.StateNeedsDecision:
		case t.Fault.Kind == fault.AmbiguousMatch:
			s.do(uploader.ContinueEarlier{Target: uploader.TargetTransfers(t.ID)})
			s.markRemoved(t.ID) // unless the earlier one was removed meanwhile
		default:
			s.remove(t)
		}
	}
}

// baseSettings returns the settings without faults.
func baseSettings() uploader.Settings {
	settings := uploader.DefaultSettings()
	settings.Connections, settings.SettleTime = 1, 0
	return settings
}

// settingsVariant returns the n-th variant of the settings.
func settingsVariant(n uint64) uploader.Settings {
	pick := func(count uint64) uint64 { k := n % count; n /= count; return k }
	settings := baseSettings()
	settings.MaxFiles = 1 + int(pick(6))
	settings.Connections = []int{1, 1, 2, 4}[pick(4)] // parts
	settings.Limit = []int64{0, 0, 1 << 20, 4 << 20}[pick(4)]
	settings.ResumeCheck = []uploader.ResumeCheck{uploader.ResumeCheckChanged, uploader.ResumeCheckAll}[pick(2)]
	settings.SendSHA256 = pick(2) == 0
	settings.SHA256 = pick(2) == 0
	settings.SettleTime = []time.Duration{0, 0, 50 * time.Millisecond, 300 * time.Millisecond}[pick(4)]
	settings.Metered = []uploader.Metered{uploader.MeteredUpload, uploader.MeteredHold}[pick(2)]
	always := uploader.Span{Days: [7]bool{true, true, true, true, true, true, true}, Until: 24 * time.Hour}
	switch pick(6) {
	case 0:
		always.Limit = uploader.SendNothing
		settings.Schedule = uploader.Schedule{always}
	case 1:
		always.Limit = 2 << 20
		settings.Schedule = uploader.Schedule{always}
	}
	return settings
}

// serverOptionsVariant returns the n-th variant of a server's options.
func serverOptionsVariant(n uint64) uploader.ServerOptions {
	pick := func(count uint64) uint64 { k := n % count; n /= count; return k }
	chunks := []uploader.ServerOptions{
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
	p.MaxFiles = []int{0, 0, 1, 5}[pick(4)]
	p.Limit = []int64{0, 0, 0, 3 << 20}[pick(4)]
	return p
}
