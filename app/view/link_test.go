package view

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestLinkHasReadableHost(t *testing.T) {
	done := &uploader.Transfer{Phase: uploader.PhaseDone, Server: 2, Session: uploader.Session{URL: "https://b%C3%BCcher.example/files/1"}}
	if got := Link(&uploader.Snapshot{}, done); got != "https://bücher.example/files/1" {
		t.Errorf("got %q", got)
	}
}

func TestM6CopyLinkUsesTheTemplate(t *testing.T) {
	s := &uploader.Snapshot{Servers: []uploader.Server{{ID: 2, Options: uploader.ServerOptions{LinkTemplate: "https://d.example/assets/{id}"}}}}
	done := &uploader.Transfer{Phase: uploader.PhaseDone, Server: 2, Session: uploader.Session{URL: "https://s.example/files/1"}, Result: &uploader.Result{ID: "8cbb"}}
	if got := Link(s, done); got != "https://d.example/assets/8cbb" {
		t.Errorf("got %q", got)
	}
	noURL := &uploader.Transfer{Phase: uploader.PhaseDone, Server: 3, Result: &uploader.Result{Answer: "https://cdn.example/1"}}
	if got := Link(s, noURL); got != "https://cdn.example/1" || !hasLink(noURL) {
		t.Errorf("without an upload URL: got %q", got)
	}
	if unfinished := *done; true {
		unfinished.Phase = uploader.PhaseSending
		if got := Link(s, &unfinished); got != "" {
			t.Errorf("unfinished: got %q", got)
		}
	}
}

func TestM4DetailsHaveTheResult(t *testing.T) {
	apptest.LoadEnglish(t)
	s := &uploader.Snapshot{Servers: []uploader.Server{{ID: 2, Options: uploader.ServerOptions{LinkTemplate: "https://d.example/{id}"}}}}
	done := &uploader.Transfer{
		Phase: uploader.PhaseDone, Server: 2, Session: uploader.Session{URL: "https://s.example/files/1"},
		Result: &uploader.Result{ID: "8cbb", Answer: "thanks"},
	}
	var got []string
	for _, line := range DetailsOf(s, done, Record{}, time.Now()).Lines {
		if line.Copy != "" {
			got = append(got, line.Name+": "+line.Copy)
		}
	}
	want := []string{"Link: https://d.example/8cbb", "Upload: https://s.example/files/1", "ID on the server: 8cbb", "Response: thanks"}
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("%q is missing in %q", line, got)
		}
	}
	if text := TransferDiagnostics(s, done, Record{}); strings.Contains(text, "8cbb") || strings.Contains(text, "thanks") {
		t.Errorf("diagnostics have the result:\n%s", text)
	}
}

func TestM1MessageIsShownBesideTheSentence(t *testing.T) {
	apptest.LoadEnglish(t)
	const said = "The server says: “no more cats”"
	failed := &uploader.Transfer{
		Phase: uploader.PhaseFailed, Server: 2, Fault: &fault.Fault{Kind: fault.Refused, Op: fault.Create, Status: 400, ServerMessage: "no more cats"},
	}
	s := &uploader.Snapshot{Servers: []uploader.Server{{ID: 2, Name: "studio"}}}
	if got := TransferRow(s, failed, 0, 0, time.Now()); got.StatusHint != said || strings.Contains(got.Status, "cats") {
		t.Errorf("row: %q, %q", got.Status, got.StatusHint)
	}
	if got := DetailsOf(s, failed, Record{}, time.Now()).Reasons; len(got) != 4 || got[1] != said {
		t.Errorf("details: %q", got)
	}
	for kind, before := range map[uploader.EventKind]string{
		uploader.EventFailed:  "Stopped: The server rejected the upload\n",
		uploader.EventWaiting: "The server rejected the upload; retry at ",
	} {
		record := Record{Events: []uploader.Event{{Kind: kind, Fault: failed.Fault}}}
		got := DetailsOf(s, failed, record, time.Now()).History[0].What
		if !strings.HasPrefix(got, before) || !strings.HasSuffix(got, "\n"+said) {
			t.Errorf("history of %s: %q", kind, got)
		}
	}
}

// TestM1MessageOfTheServerThatATransferWaitsFor: the status of the row is about the server
// then.
func TestM1MessageOfTheServerThatATransferWaitsFor(t *testing.T) {
	apptest.LoadEnglish(t)
	said := &fault.Fault{Kind: fault.Busy, Op: fault.Create, Status: 503, ServerMessage: "back at noon"}
	waiting := &uploader.Transfer{Server: 2, Intent: uploader.IntentRun, Fault: &fault.Fault{Kind: fault.Transient, ServerMessage: "an earlier message"}}
	for name, s := range map[string]*uploader.Snapshot{
		"blocked": {Blocked: map[uploader.ServerID]*fault.Fault{2: said}},
		"on hold": {Holds: map[uploader.ServerID]uploader.Hold{2: {Fault: said}}},
	} {
		if got := TransferRow(s, waiting, 0, 0, time.Now()).StatusHint; got != "The server says: “back at noon”" {
			t.Errorf("%s: %q", name, got)
		}
	}
	s := &uploader.Snapshot{Holds: map[uploader.ServerID]uploader.Hold{2: {Reason: uploader.HeldByMetering}}}
	if got := TransferRow(s, waiting, 0, 0, time.Now()).StatusHint; got != "" {
		t.Errorf("on hold by Ferry: %q", got)
	}
}

func TestWaitsWithOtherMessagesAreSeparateLines(t *testing.T) {
	apptest.LoadEnglish(t)
	wait := func(message string) uploader.Event {
		return uploader.Event{Kind: uploader.EventWaiting, Fault: &fault.Fault{Kind: fault.Busy, ServerMessage: message}}
	}
	runs := eventRuns([]uploader.Event{wait("one"), wait("one"), wait("two")})
	if len(runs) != 2 || runs[0].times != 2 {
		t.Errorf("got %+v", runs)
	}
}
