package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// constantSource always has the same snapshot.
type constantSource struct{ snapshot *uploader.Snapshot }

func (c constantSource) Snapshot() *uploader.Snapshot { return c.snapshot }

func (c constantSource) Watch(ctx context.Context) <-chan struct{} {
	updates := make(chan struct{})
	context.AfterFunc(ctx, func() { close(updates) })
	return updates
}

// waitCase is a way in which a transfer does not advance.
type waitCase struct {
	name   string
	change func(*uploader.Snapshot, *uploader.Transfer)
	within time.Duration // after which the reason is printed

	row   string // in the list
	plain string // a line on the standard error
	json  string // "id", "fault" and "message" of the event
}

// The reasons are the same in the window, on the terminal and in JSON. Every state in
// which nothing is sent has a case here.
func waitCases(now time.Time) []waitCase {
	waiting := func(kind fault.Kind, code string) func(*uploader.Snapshot, *uploader.Transfer) {
		return func(_ *uploader.Snapshot, t *uploader.Transfer) {
			t.Phase, t.Attempt, t.NextTry = uploader.PhaseWaiting, 1, uploader.TimestampOf(now.Add(12*time.Second))
			t.Fault = &fault.Fault{Kind: kind, Code: code, RetryAfter: time.Second}
		}
	}
	held := func(h uploader.Hold) func(*uploader.Snapshot, *uploader.Transfer) {
		return func(s *uploader.Snapshot, _ *uploader.Transfer) {
			s.Holds = map[uploader.ServerID]uploader.Hold{2: h}
		}
	}
	working := func(phase uploader.Phase) func(*uploader.Snapshot, *uploader.Transfer) {
		return func(s *uploader.Snapshot, t *uploader.Transfer) {
			t.Phase = phase
			s.Progress = map[uploader.TransferID]uploader.Progress{1: {}}
		}
	}
	const soon = 3 * time.Second
	driveHangs := &fault.Fault{Kind: fault.SourceBusy, Code: fault.CodeDriveHangs}
	hangs := words.Fault(driveHangs, words.Subject{File: "log"})
	at := now.Add(8 * time.Hour)
	return []waitCase{
		{
			"another program writes the file", waiting(fault.SourceBusy, fault.CodeFileChanging), 0,
			"Another program is still writing this file", "/x/log: Another program is still writing this file", `1 source-busy "Another program is still writing this file"`,
		},
		{
			"the file is locked", waiting(fault.SourceBusy, ""), 0,
			"The file is in use", "/x/log: The file is in use", `1 source-busy "The file is in use"`,
		},
		{
			"standard input, to a server that needs the size", waiting(fault.SourceBusy, fault.CodeLengthPending), 0,
			"The server needs the size before the file is complete", "/x/log: The server needs the size before the file is complete", `1 source-busy "The server needs the size before the file is complete"`,
		},
		{
			"its turn in the queue", func(*uploader.Snapshot, *uploader.Transfer) {}, soon,
			"Waiting, 3rd in the queue", "Waiting for other uploads", `0  "Waiting for other uploads"`,
		},
		{
			"schedule", held(uploader.Hold{Reason: uploader.HeldBySchedule, Until: at}), 0,
			"Waiting until 22:00 (schedule)", "Waiting until 22:00 (schedule)", `0  "Waiting until 22:00 (schedule)"`,
		},
		{
			"metered network", held(uploader.Hold{Reason: uploader.HeldByMetering}), 0,
			"Waiting: metered network", "Waiting: metered network", `0  "Waiting: metered network"`,
		},
		{
			"fault of the server that another upload met", held(uploader.Hold{Fault: fault.Newf(fault.Busy, fault.Head, ""), Until: at}), 0,
			"The server is busy, next try at 22:00", "The server is busy, next try at 22:00", `0 busy "The server is busy, next try at 22:00"`,
		},
		{
			"no network", waiting(fault.Offline, ""), 0,
			"Waiting for the network, resumes automatically", "/x/log: Waiting for the network, resumes automatically", `1 offline "Waiting for the network, resumes automatically"`,
		},
		{
			"lost connection", waiting(fault.Transient, ""), 0,
			"Connection lost, retrying in 12 s", "/x/log: Connection lost, retrying in 12 s", `1 transient "Connection lost, retrying in 12 s"`,
		},
		{
			"busy server", waiting(fault.Busy, ""), 0,
			"The server is busy, next try at 14:00", "/x/log: The server is busy, next try at 14:00", `1 busy "The server is busy, next try at 14:00"`,
		},
		{
			"the server joins the parts", waiting(fault.Busy, fault.CodeConcatPending), 0,
			"The server is busy, next try at 14:00", "/x/log: The server is busy, next try at 14:00", `1 busy "The server is busy, next try at 14:00"`,
		},
		{
			"sign-in", func(s *uploader.Snapshot, _ *uploader.Transfer) {
				s.Blocked = map[uploader.ServerID]*fault.Fault{2: fault.Newf(fault.Auth, fault.Head, "")}
			}, 0,
			"The server requires sign-in", "“studio” requires sign-in, or rejected the sign-in. Sign in to the server to resume its uploads.",
			`0 auth "“studio” requires sign-in, or rejected the sign-in. Sign in to the server to resume its uploads."`,
		},
		{
			"paused in the window", func(_ *uploader.Snapshot, t *uploader.Transfer) { t.Intent = uploader.IntentPause }, 0,
			"Paused", "/x/log: Paused", `1  "Paused"`,
		},
		{
			"reading the file", working(uploader.PhasePreparing), soon,
			"Reading the file", "/x/log: Reading the file", `1  "Reading the file"`,
		},
		{
			"the drive of a running upload does not respond", func(s *uploader.Snapshot, t *uploader.Transfer) {
				t.Phase = uploader.PhaseSending
				s.Progress = map[uploader.TransferID]uploader.Progress{1: {Wait: driveHangs}}
			}, 0,
			hangs.Short, "/x/log: " + hangs.String(), fmt.Sprintf("1 source-busy %q", hangs.String()),
		},
		{
			"creating the upload", working(uploader.PhaseCreating), soon,
			"Checking with the server", "/x/log: Checking with the server", `1  "Checking with the server"`,
		},
		{
			"asking for the offset", working(uploader.PhaseChecking), soon,
			"Checking with the server", "/x/log: Checking with the server", `1  "Checking with the server"`,
		},
		{
			"comparing the file", working(uploader.PhaseVerifying), soon,
			"Checking with the server", "/x/log: Checking with the server", `1  "Checking with the server"`,
		},
		{
			"the server takes no more data", working(uploader.PhaseSending), soon,
			"0 of 100 bytes", "/x/log: Waiting for the server", `1  "Waiting for the server"`,
		},
		{
			"folders are listed", func(s *uploader.Snapshot, _ *uploader.Transfer) {
				s.Transfers, s.Batches[7].Scanned = uploader.Rows{}, false
			}, soon,
			"", "Looking for files", `0  "Looking for files"`,
		},
		{
			"nothing can be saved", func(s *uploader.Snapshot, _ *uploader.Transfer) {
				s.Transfers, s.Batches[7].Scanned = uploader.Rows{}, false
				s.StoreFault = fault.Newf(fault.LocalDisk, fault.Save, "disk full")
			}, 0,
			"", "Ferry can't save its data on this computer. Free up disk space and check that the folder is writable, then try again.", `0 local-disk "Ferry can't save its data on this computer. Free up disk space and check that the folder is writable, then try again."`,
		},
	}
}

func TestEveryWaitHasAReason(t *testing.T) {
	if err := words.Load("en"); err != nil {
		t.Fatal(err)
	}
	seen := map[uploader.State]bool{}
	for i, c := range waitCases(time.Time{}) {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				year, month, day := time.Now().Date()
				time.Sleep(time.Until(time.Date(year, month, day+1, 14, 0, 0, 0, time.Local)))
				now := time.Now()
				seen[testWait(t, now, waitCases(now)[i])] = true
			})
		})
	}
	for _, state := range uploader.States() {
		transfer := uploader.StateWaiting <= state && state <= uploader.StateBusy
		if transfer && !seen[state] {
			t.Errorf("no case for state %s", state)
		}
	}
}

// testWait compares the reasons of one case, and returns the state of the transfer.
func testWait(t *testing.T, now time.Time, c waitCase) uploader.State {
	t.Helper()
	transfer := &uploader.Transfer{ID: 1, Batch: 7, Server: 2, Source: source.File{Path: "/x/log", Size: 100}}
	s := &uploader.Snapshot{
		Transfers: uploader.RowsOf(transfer), Batches: map[uploader.BatchID]*uploader.Batch{7: {ID: 7, Scanned: true}},
		Servers: []uploader.Server{{ID: 2, Name: "studio", Endpoint: "https://studio.example/"}},
	}
	c.change(s, transfer)
	if got := words.Row(s, transfer, 3, now); c.row != "" && got != c.row {
		t.Errorf("row: %q, want %q", got, c.row)
	}
	var plain, objects bytes.Buffer
	terminal, script := NewPrinter(Streams{Out: &plain, Err: &plain}, Plain), NewPrinter(Streams{Out: &objects, Err: &objects}, JSON)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // the reason is printed once in that time
	defer cancel()
	printed := time.Duration(-1)
	_, err := feed.Follow(ctx, constantSource{s}, feed.Batch(7), feed.Options{}, func(e feed.Event) error {
		if e.Event == feed.Waiting && printed < 0 {
			printed = time.Since(now)
		}
		return errors.Join(terminal.Print(Reply{Event: &e}), script.Print(Reply{Event: &e}))
	})
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	if printed < 0 || printed > c.within {
		t.Errorf("printed after %v, want at most %v", printed, c.within)
	}
	if got := strings.TrimSpace(plain.String()); got != c.plain {
		t.Errorf("plain: %q, want %q", got, c.plain)
	}
	if got := waitingObjects(t, objects.String()); got != c.json {
		t.Errorf("JSON: %q, want %q", got, c.json)
	}
	return transfer.State()
}

// waitingObjects returns the ID, fault and message of the waiting events among lines.
func waitingObjects(t *testing.T, lines string) string {
	t.Helper()
	var found []string
	for line := range strings.Lines(lines) {
		var e feed.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		if e.Event == feed.Waiting {
			found = append(found, fmt.Sprintf("%d %s %q", e.ID, e.Fault, e.Message))
		}
	}
	return strings.Join(found, "; ")
}
