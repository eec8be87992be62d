package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestPrinter(t *testing.T) {
	added := Reply{Event: &feed.Event{Event: feed.Added, ID: 1, Path: "/a\x1b[2J", Size: 10}}
	waiting := Reply{Event: &feed.Event{Event: feed.Waiting, ID: 1, Path: "/a\x1b[2J", Fault: "transient", Message: "Connection lost"}}
	saveError := Reply{Event: &feed.Event{Event: feed.Waiting, Fault: "local-disk", Message: "Disk full."}}
	done := Reply{Event: &feed.Event{Event: feed.Done, ID: 1, Path: "/a\x1b[2J", Size: 10, Sent: 10, Message: "10 bytes in 1 s"}}
	failed := Reply{Event: &feed.Event{Event: feed.Failed, ID: 2, Path: "/b", Message: "“/b” can't be found."}}
	summary := Reply{Summary: &feed.Summary{Done: 1, Failed: 1, Bytes: 10}}
	all := []Reply{added, waiting, saveError, done, failed, summary}
	for _, test := range []struct {
		name     string
		style    Style
		out, err string
	}{
		{
			"plain: results to Out, everything else to Err", Plain,
			"/a�[2J: 10 bytes in 1 s\n",
			"/a�[2J: Connection lost\nDisk full.\nFailed: “/b” can't be found.\n1 file uploaded, 10 bytes; 1 file failed\n",
		},
		{"quiet: only failures", Quiet, "", "Failed: “/b” can't be found.\n"},
		{
			"JSON: only events, unchanged", JSON,
			`{"event":"added","id":1,"path":"/a\u001b[2J","server":"","size":10,"sent":0}` + "\n" +
				`{"event":"waiting","id":1,"path":"/a\u001b[2J","server":"","size":0,"sent":0,"fault":"transient","message":"Connection lost"}` + "\n" +
				`{"event":"waiting","id":0,"path":"","server":"","size":0,"sent":0,"fault":"local-disk","message":"Disk full."}` + "\n" +
				`{"event":"done","id":1,"path":"/a\u001b[2J","server":"","size":10,"sent":10,"message":"10 bytes in 1 s"}` + "\n" +
				`{"event":"failed","id":2,"path":"/b","server":"","size":0,"sent":0,"message":"“/b” can't be found."}` + "\n",
			"",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			p := NewPrinter(Streams{Out: &out, Err: &errs}, test.style)
			for _, reply := range all {
				if err := p.Print(reply); err != nil {
					t.Fatal(err)
				}
			}
			if err := p.Finish(nil); ExitCode(err) != ExitFailed || !Reported(err) {
				t.Errorf("Finish: %v, want a reported failure", err)
			}
			if out.String() != test.out || errs.String() != test.err {
				t.Errorf("Out: %q\nErr: %q", out.String(), errs.String())
			}
		})
	}
}

func TestSummaryOfUploadsThatNeedSignInSaysHow(t *testing.T) {
	auth, busy := fault.Auth.String(), fault.Busy.String()
	for name, test := range map[string]struct {
		event   feed.Event
		summary feed.Summary
		want    bool
	}{
		"failed":                     {feed.Event{Event: feed.Failed, ID: 1, Fault: auth}, feed.Summary{Failed: 1}, true},
		"server waits for a sign-in": {feed.Event{Event: feed.Waiting, Fault: auth}, feed.Summary{Open: 1}, true},
		"signed in meanwhile":        {feed.Event{Event: feed.Waiting, Fault: auth}, feed.Summary{Done: 1}, false},
		"failed for another reason":  {feed.Event{Event: feed.Failed, ID: 1, Fault: busy}, feed.Summary{Failed: 1}, false},
	} {
		t.Run(name, func(t *testing.T) {
			var errs bytes.Buffer
			p := NewPrinter(Streams{Out: &bytes.Buffer{}, Err: &errs}, Plain)
			for _, reply := range []Reply{{Event: &test.event}, {Summary: &test.summary}} {
				if err := p.Print(reply); err != nil {
					t.Fatal(err)
				}
			}
			if got := strings.Contains(errs.String(), "Sign in with "); got != test.want {
				t.Errorf("printed %q, sign-in: want %t", errs.String(), test.want)
			}
		})
	}
}

func TestListedUploadHasItsLink(t *testing.T) {
	entry := Entry{ID: 7, Path: "/film.mov", Server: "Studio", Size: 10, Message: "10 bytes in 1 s"}
	linked, unprintable, signed := entry, entry, entry
	linked.Link, unprintable.Link, signed.Link = "https://files.example.com/7", "https://files.example.com/\x1b[2J", "https://files.example.com/7?signature=s3cret"
	for name, test := range map[string]struct {
		entry Entry
		want  string
	}{
		"link":                        {linked, "7  /film.mov (10 bytes) → Studio: 10 bytes in 1 s · https://files.example.com/7\n"},
		"link with a secret":          {signed, "7  /film.mov (10 bytes) → Studio: 10 bytes in 1 s\n"},
		"no link":                     {entry, "7  /film.mov (10 bytes) → Studio: 10 bytes in 1 s\n"},
		"link with control sequences": {unprintable, "7  /film.mov (10 bytes) → Studio: 10 bytes in 1 s · https://files.example.com/�[2J\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := NewPrinter(Streams{Out: &out, Err: &out}, Plain).Print(Reply{Entry: &test.entry}); err != nil {
				t.Fatal(err)
			}
			if out.String() != test.want {
				t.Errorf("printed %q, want %q", out.String(), test.want)
			}
		})
	}
}

func TestBarText(t *testing.T) {
	b := newBar(&bytes.Buffer{})
	b.total, b.done = 100_000_000, 40_000_000 // sent in an earlier run: no speed
	start := time.Now()
	for _, step := range []struct {
		after time.Duration
		bytes int64
		want  string
	}{
		{0, 0, "40.0 of 100.0 MB"},
		{500 * time.Millisecond, 500_000, "40.5 of 100.0 MB · 1.0 MB/s"},
		{2 * time.Second, 1_500_000, "42.0 of 100.0 MB · 1.0 MB/s"},
		{5 * time.Second, 3_000_000, "45.0 of 100.0 MB · 1.0 MB/s · about 1 min"},
		{time.Minute, 0, "45.0 of 100.0 MB"},
	} {
		b.done, b.moved = b.done+step.bytes, b.moved+step.bytes
		if got := b.text(start.Add(step.after)); got != step.want {
			t.Errorf("after %s: %q, want %q", step.after, got, step.want)
		}
	}
}

func TestBarSumsEvents(t *testing.T) {
	var terminal bytes.Buffer
	b := newBar(&terminal)
	for _, e := range []feed.Event{
		{Event: feed.Added, ID: 1, Size: 100, Sent: 20},
		{Event: feed.Added, ID: 2, Size: 50},
		{Event: feed.Progress, ID: 1, Size: 100, Sent: 60},
		{Event: feed.Failed, ID: 2, Size: 50, Sent: 10},
		{Event: feed.Waiting, Message: "no transfer"},
	} {
		b.update(e)
	}
	if b.total != 110 || b.done != 70 {
		t.Errorf("%d of %d, want 70 of 110", b.done, b.total)
	}
	b.update(feed.Event{Event: feed.Done, ID: 1, Size: 100, Sent: 100})
	if b.total != 110 || b.done != 110 {
		t.Errorf("%d of %d, want 110 of 110", b.done, b.total)
	}
	if !strings.Contains(terminal.String(), "%") {
		t.Errorf("drawn: %q", terminal.String())
	}
}

func TestM1MessageIsPrintedBesideTheSentence(t *testing.T) {
	const message = "no \u202emore\x1b[31m cats" // from another instance, which may be of another version
	for _, c := range []struct {
		name  string
		reply Reply
		want  string
	}{
		{"failed", Reply{Event: &feed.Event{Event: feed.Failed, Path: "/a", Message: "It failed.", ServerMessage: message}}, "failed. The server says: “no "},
		{"waiting", Reply{Event: &feed.Event{Event: feed.Waiting, Path: "/a", Message: "It waits.", ServerMessage: message}}, "waits. The server says: “no "},
		{"state", Reply{Event: &feed.Event{Event: feed.Waiting, Path: "/a", Message: "Server error, retrying", ServerMessage: message}}, "Server error, retrying · The server says: “no "},
		{"server", Reply{Event: &feed.Event{Event: feed.Waiting, Message: "It waits.", ServerMessage: message}}, "waits. The server says: “no "},
		{"listed", Reply{Entry: &Entry{Path: "/a", Message: "It failed.", ServerMessage: message}}, "failed. The server says: “no "},
		{"listed state", Reply{Entry: &Entry{Path: "/a", Message: "Retrying in 3 s", ServerMessage: message}}, "in 3 s · The server says: “no "},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			p := NewPrinter(Streams{Out: &out, Err: &out}, Plain)
			if err := p.Print(c.reply); err != nil {
				t.Fatal(err)
			}
			if got := out.String(); !strings.Contains(got, c.want) || strings.ContainsAny(got, "\x1b\u202e") {
				t.Errorf("printed %q", got)
			}
		})
	}
}
