package apptest

import (
	"slices"
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// Gigabyte is 1 GB in bytes.
const Gigabyte = int64(1e9)

// Transfer returns a transfer of 4 GB to the built-in receiver, changed by options.
func Transfer(id uploader.TransferID, options ...func(*uploader.Transfer)) *uploader.Transfer {
	t := &uploader.Transfer{ID: id, Server: uploader.BuiltinServer}
	t.Source.Path, t.Source.Size = "/films/interview.mov", 4*Gigabyte
	for _, set := range options {
		set(t)
	}
	return t
}

// Acknowledged sets the session of an upload of which the server has acknowledged so many
// bytes.
func Acknowledged(bytes int64) func(*uploader.Transfer) {
	return func(t *uploader.Transfer) {
		t.Session = uploader.Session{URL: "https://x/1", Offset: bytes, Sent: bytes}
	}
}

// Sending sets the phase to PhaseSending.
func Sending(t *uploader.Transfer) { t.Phase = uploader.PhaseSending }

// Paused sets the intent to IntentPause.
func Paused(t *uploader.Transfer) { t.Intent = uploader.IntentPause }

// Done sets the phase to PhaseDone.
func Done(t *uploader.Transfer) { t.Phase = uploader.PhaseDone }

// Failed sets the phase to PhaseFailed, with a fault of that kind.
func Failed(kind fault.Kind) func(*uploader.Transfer) {
	return func(t *uploader.Transfer) { t.Phase, t.Fault = uploader.PhaseFailed, fault.New(kind, fault.Patch, nil) }
}

// Waiting sets the phase to PhaseWaiting, with a fault of that kind.
func Waiting(kind fault.Kind) func(*uploader.Transfer) {
	return func(t *uploader.Transfer) {
		t.Phase, t.Fault = uploader.PhaseWaiting, fault.New(kind, fault.Patch, nil)
	}
}

// WaitingForFile sets the phase to PhaseWaiting, since another program is writing the
// file.
func WaitingForFile(t *uploader.Transfer) {
	Waiting(fault.SourceBusy)(t)
	t.Fault.Code = fault.CodeFileChanging
}

// LoadEnglish loads the English texts.
func LoadEnglish(t *testing.T) {
	t.Helper()
	if err := words.Load("en"); err != nil {
		t.Fatal(err)
	}
}

// InBatch sets the batch.
func InBatch(id uploader.BatchID) func(*uploader.Transfer) {
	return func(t *uploader.Transfer) { t.Batch = id }
}

// Batched returns a snapshot of transfers and their batches, which are completely scanned.
func Batched(transfers ...*uploader.Transfer) *uploader.Snapshot {
	s := Snapshot(transfers...)
	for _, t := range transfers {
		s.Batches[t.Batch] = &uploader.Batch{ID: t.Batch, Scanned: true}
	}
	return s
}

// InFolder sets the batch and the path below the batch's folder.
func InFolder(batch uploader.BatchID, path string) func(*uploader.Transfer) {
	return func(t *uploader.Transfer) {
		t.Batch = batch
		t.Source.RelPath, t.Source.Path = path, "/home/ada/"+path
	}
}

// WithPath sets the path of the file.
func WithPath(path string) func(*uploader.Transfer) {
	return func(t *uploader.Transfer) { t.Source.Path = path }
}

// Folder returns a batch of one folder that is completely scanned.
func Folder(id uploader.BatchID, name string) *uploader.Batch {
	return &uploader.Batch{ID: id, Server: uploader.BuiltinServer, Roots: []string{"/home/ada/" + name}, Scanned: true}
}

// WithBatches adds batches to a snapshot.
func WithBatches(s *uploader.Snapshot, batches ...*uploader.Batch) *uploader.Snapshot {
	for _, b := range batches {
		s.Batches[b.ID] = b
	}
	return s
}

// Folders returns a snapshot with a folder of three files, a single file, and a folder of two
// files.
func Folders() *uploader.Snapshot {
	return WithBatches(Snapshot(
		Transfer(1, InFolder(7, "Iceland/one.raw"), Done), Transfer(2, InFolder(7, "Iceland/two.raw"), Sending), Transfer(3, InFolder(7, "Iceland/three.raw")),
		Transfer(4, WithPath("/home/ada/Film.mov"), Failed(fault.Refused)),
		Transfer(5, InFolder(8, "Éire/Cliff.raw"), Done), Transfer(6, InFolder(8, "Éire/Sea.raw"), Done),
	), Folder(7, "Iceland"), Folder(8, "Éire"))
}

// EveryState returns transfers in every state to server 2.
func EveryState(now time.Time) []*uploader.Transfer {
	started := Acknowledged(1_200_000_000)
	phase := func(p uploader.Phase) func(*uploader.Transfer) { return func(t *uploader.Transfer) { t.Phase = p } }
	retrying := func(t *uploader.Transfer) { t.Attempt, t.NextTry = 4, uploader.TimestampOf(now.Add(12*time.Second)) }
	later := func(t *uploader.Transfer) { t.NextTry = uploader.TimestampOf(now.Add(5 * time.Minute)) }
	active := func(t *uploader.Transfer) { t.ActiveTime = 320 * time.Second }
	states := [][]func(*uploader.Transfer){
		{},
		{phase(uploader.PhasePreparing)},
		{Sending, started},
		{phase(uploader.PhaseVerifying), Acknowledged(4 * Gigabyte)},
		{Paused, started},
		{Waiting(fault.Offline), started},
		{Waiting(fault.Transient), started, retrying},
		{Waiting(fault.Busy), started, later},
		{Failed(fault.SourceChanged), started},
		{Failed(fault.SourceMissing), started},
		{Failed(fault.Auth), started},
		{Failed(fault.Gone), started},
		{Failed(fault.AlreadyUploaded)},
		{Failed(fault.AmbiguousMatch)},
		{Failed(fault.TooLarge), started},
		{Done, Acknowledged(4 * Gigabyte), active},
		{phase(uploader.PhaseCancelled)},
	}
	transfers := make([]*uploader.Transfer, len(states))
	for i, options := range states {
		transfers[i] = Transfer(uploader.TransferID(i+1), append(options, func(t *uploader.Transfer) { t.Server = 2 })...)
	}
	return transfers
}

// Blocked returns a snapshot with two uploads to a server that is blocked by the fault.
func Blocked(f *fault.Fault) *uploader.Snapshot {
	failed := &uploader.Transfer{ID: 1, Server: 2, Phase: uploader.PhaseFailed, Fault: f}
	next := &uploader.Transfer{ID: 2, Server: 2}
	s := Snapshot(failed, next)
	s.Blocked = map[uploader.ServerID]*fault.Fault{2: f}
	return s
}

// Snapshot returns a snapshot of transfers, with its totals but without batches.
func Snapshot(transfers ...*uploader.Transfer) *uploader.Snapshot {
	s := &uploader.Snapshot{
		Transfers: uploader.RowsOf(transfers...),
		Progress:  map[uploader.TransferID]uploader.Progress{},
		Batches:   map[uploader.BatchID]*uploader.Batch{},
		Servers:   []uploader.Server{{ID: uploader.BuiltinServer}, {ID: 2, Name: "Studio", Endpoint: "https://studio.example.com/files/"}},
		Totals:    uploader.Totals{Count: map[uploader.State]int{}},
	}
	for _, t := range transfers {
		s.Totals.Count[t.State()]++
		if !t.Phase.Final() && t.Intent == uploader.IntentRun {
			s.Totals.Pending++
			s.Totals.Bytes += t.Source.Size
			s.Totals.Left += t.Source.Size - s.Sent(t)
		}
	}
	return s
}

// With returns rows with other values of some of their transfers.
func With(rows uploader.Rows, changed ...*uploader.Transfer) uploader.Rows {
	transfers := slices.Collect(rows.Values())
	for i, t := range transfers {
		if at := slices.IndexFunc(changed, func(c *uploader.Transfer) bool { return c.ID == t.ID }); at >= 0 {
			transfers[i] = changed[at]
		}
	}
	return uploader.RowsOf(transfers...)
}

// Summed adds the totals of the batches to a snapshot that has none.
func Summed(s *uploader.Snapshot) *uploader.Snapshot {
	if s.BatchTotals != nil {
		return s
	}
	s.BatchTotals = map[uploader.BatchID]uploader.BatchTotals{}
	for t := range s.Transfers.Values() {
		sum := s.BatchTotals[t.Batch]
		sum.Files++
		sum.Count[t.State()]++
		sum.Bytes += t.Source.Size
		sum.Sent += s.Sent(t)
		sum.Rate += s.Progress[t.ID].Rate
		if wait := s.Progress[t.ID].Wait; wait != nil {
			sum.Wait = wait
		}
		s.BatchTotals[t.Batch] = sum
	}
	return s
}

// ManyTransfers returns a snapshot of n transfers, three of them active.
func ManyTransfers(n int) *uploader.Snapshot {
	transfers := make([]*uploader.Transfer, n)
	for i := range transfers {
		transfers[i] = Transfer(uploader.TransferID(i + 1))
		if i < 3 {
			transfers[i].Phase = uploader.PhaseSending
		}
	}
	return Snapshot(transfers...)
}

// Film returns a transfer in progress, its events and its parts.
func Film(now time.Time) (*uploader.Transfer, []uploader.Event, []uploader.Part) {
	t := Transfer(7, Sending)
	t.Source.Path, t.Source.Size = "/media/card/interview.mov", 6_400_000_000
	t.Server, t.Fingerprint = 2, "m1:abc"
	t.Added, t.Started = uploader.TimestampOf(now.Add(-time.Hour)), uploader.TimestampOf(now.Add(-30*time.Minute))
	t.Session = uploader.Session{URL: "https://studio.example.com/files/secret-id", Offset: 1_900_000_000, Expires: uploader.TimestampOf(now.Add(24 * time.Hour))}
	t.ResumedFrom, t.ActiveTime = 1_000_000_000, 20*time.Minute
	connectionLost := fault.Newf(fault.Transient, fault.Patch, "PATCH https://studio.example.com/files/secret-id of /media/card/interview.mov: reset")
	events := []uploader.Event{
		{At: now.Add(-30 * time.Minute), Kind: uploader.EventStarted},
		{At: now.Add(-20 * time.Minute), Kind: uploader.EventWaiting, Offset: 1_000_000_000, Until: now.Add(-19 * time.Minute), Fault: connectionLost},
		{At: now.Add(-19 * time.Minute), Kind: uploader.EventResumed, Offset: 1_000_000_000},
	}
	return t, events, []uploader.Part{{Index: 0, Length: 100, Offset: 25}, {Index: 1, Start: 100}}
}
