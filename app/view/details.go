package view

import (
	"cmp"
	"encoding/hex"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// Record is what the store has about a transfer in addition to the [uploader.Transfer].
type Record struct {
	Events []uploader.Event
	Parts  []uploader.Part
}

// Details is the content of the details pane, as text.
type Details struct {
	Title   string
	State   string   // as in its row
	Reasons []string // what happened, what Ferry does about it, what the user can do
	Lines   []Line
	Parts   []PartLine
	History []HistoryLine // newest first
}

// Line is a name and a value. Copy is what its button copies; "" for no button.
type Line struct{ Name, Value, Copy string }

// PartLine is the progress of one part.
type PartLine struct {
	Name string
	Done float64 // from 0 to 1
}

// HistoryLine is one event: when, and what.
type HistoryLine struct{ At, What string }

// DetailsOf returns the content of the details pane for a transfer.
func DetailsOf(s *uploader.Snapshot, t *uploader.Transfer, record Record, now time.Time) Details {
	server, _ := s.ServerInUse(t.Server)
	details := Details{
		Title:   words.Printable(t.Source.Name()),
		State:   words.Join(words.State(t.State()), words.Row(s, t, positionOf(s, t), now)),
		Reasons: reasonsOf(cmp.Or(s.Wait(t), t.Fault), t, server),
		Lines:   linesOf(s, t, server, now),
	}
	switch t.State() {
	case uploader.StateFailed:
		details.State = words.State(t.State()) // the reasons contain the rest
	case uploader.StatePaused:
		details.State = words.Row(s, t, 0, now) // it contains the name of the state
	}
	for _, part := range record.Parts {
		details.Parts = append(details.Parts, partLineOf(part, len(record.Parts)))
	}
	for _, run := range slices.Backward(eventRuns(record.Events)) {
		details.History = append(details.History, historyLineOf(run, now))
	}
	return details
}

// positionOf returns the position of a transfer in the queue; 0 if it is not in the queue
// or beyond the positions that are shown.
func positionOf(s *uploader.Snapshot, t *uploader.Transfer) int {
	if t.State() != uploader.StateWaiting {
		return 0
	}
	return words.QueuePositions(s)[t.ID]
}

func reasonsOf(f *fault.Fault, t *uploader.Transfer, server uploader.Server) []string {
	if f == nil {
		return nil
	}
	texts := words.Fault(f, words.Subject{File: t.Source.Name(), Server: words.Server(server)})
	if t.Skipped() {
		return []string{texts.What} // the decision was made
	}
	reasons := []string{texts.What, words.ServerMessage(f), texts.Does, texts.Can}
	return slices.DeleteFunc(reasons, func(text string) bool { return text == "" })
}

func linesOf(s *uploader.Snapshot, t *uploader.Transfer, server uploader.Server, now time.Time) []Line {
	when := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return words.Clock(at, now)
	}
	link, upload := words.Link(detailsLink(s, t, server)), words.Link(t.Session.URL)
	if upload == link {
		upload = ""
	}
	result := cmp.Or(t.Result, &uploader.Result{})
	all := []Line{
		{Name: "from", Value: words.Path(filepath.Dir(t.Source.Path)), Copy: t.Source.Path},
		{Name: "to", Value: words.Server(server)},
		{Name: "name", Value: words.Printable(t.Renamed())},
		linkLine(t, link),
		{Name: "upload", Value: words.Printable(upload), Copy: upload},
		{Name: "file-id", Value: words.Printable(result.ID), Copy: result.ID},
		{Name: "answer", Value: words.Printable(result.Answer), Copy: result.Answer},
		{Name: "size", Value: words.SizeOf(ShownBytes(s, t), t.Source.Size)},
		{Name: "known-by", Value: fingerprintText(t.Fingerprint)},
		{Name: "added", Value: when(t.Added.Time())},
		{Name: "started", Value: when(t.Started.Time())},
		{Name: endName(t), Value: when(t.Finished.Time())},
		{Name: "expires", Value: when(t.Session.Expires.Time())},
		{Name: "resumed", Value: sizeText(t.ResumedFrom)},
		{Name: "requests", Value: wholeRequestsText(t, server)},
		{Name: "at-work", Value: durationText(activeTime(t))},
	}
	if t.SHA256 != "" {
		sum := hex.EncodeToString([]byte(t.SHA256))
		all = append(all, Line{Name: "sha256", Value: sum, Copy: sum})
	}
	lines := all[:0]
	for _, f := range all {
		if f.Value != "" {
			f.Name = words.Text("details." + f.Name)
			lines = append(lines, f)
		}
	}
	return lines
}

// endName returns the name of the line with the time at which a transfer became final.
func endName(t *uploader.Transfer) string {
	if t.Phase == uploader.PhaseDone {
		return "finished"
	}
	return "stopped"
}

// linkLine returns the line with the link to a finished file, or the URL of an unfinished
// upload, or the reason why a finished one has none.
func linkLine(t *uploader.Transfer, link string) Line {
	if t.Phase == uploader.PhaseDone && link == "" {
		return Line{Name: "link", Value: words.Text("details.link.none")}
	}
	return Line{Name: "link", Value: words.Printable(link), Copy: link}
}

// detailsLink returns the link to a finished file, or the URL of an unfinished upload.
func detailsLink(s *uploader.Snapshot, t *uploader.Transfer, server uploader.Server) string {
	if t.Phase != uploader.PhaseDone {
		return t.Session.URL
	}
	return uploader.Link(server, t, s.FolderOf(t))
}

// wholeRequestsText returns a text about the limit for requests to a server that keeps only
// whole ones; "" without a limit, and for a transfer that is not affected.
func wholeRequestsText(t *uploader.Transfer, server uploader.Server) string {
	limit := server.Options.WholeRequests
	if limit == 0 || !t.Unfinished() || t.Source.Size >= 0 && t.Source.Size <= limit {
		return ""
	}
	return words.Text("details.requests.whole", words.Data{"Size": words.Size(limit)})
}

// activeTime returns how long a transfer was active; 0 while it is active, since only
// finished periods are counted.
func activeTime(t *uploader.Transfer) time.Duration {
	if t.Phase.Working() {
		return 0
	}
	return t.ActiveTime
}

func sizeText(bytes int64) string {
	if bytes == 0 {
		return ""
	}
	return words.Size(bytes)
}

func durationText(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return words.Duration(d)
}

// fingerprintText returns the text for how the file is matched. A fingerprint begins with
// the letter of its kind.
func fingerprintText(fingerprint string) string {
	switch {
	case strings.HasPrefix(fingerprint, "m"):
		return words.Text("details.known-by.metadata")
	case strings.HasPrefix(fingerprint, "p"):
		return words.Text("details.known-by.path")
	case strings.HasPrefix(fingerprint, "c"):
		return words.Text("details.known-by.content")
	default:
		return ""
	}
}

func partLineOf(part uploader.Part, of int) PartLine {
	name := words.Join(
		words.Text("details.part", words.Data{"N": part.Index + 1, "Of": of}),
		words.SizeOf(part.Offset, part.Length),
	)
	if part.Length == 0 {
		return PartLine{Name: name, Done: 1}
	}
	return PartLine{Name: name, Done: float64(part.Offset) / float64(part.Length)}
}

// eventRun is an event, or the last of several equal ones.
type eventRun struct {
	uploader.Event
	times int
}

// eventRuns omits repetitions: starts after the first one, and successive waits for the
// same reason.
func eventRuns(events []uploader.Event) []eventRun {
	var runs []eventRun
	started := false
	for _, e := range events {
		last := len(runs) - 1
		switch {
		case e.Kind == uploader.EventStarted && started:
		case e.Kind == uploader.EventWaiting && last >= 0 && runs[last].sameAs(e):
			runs[last] = eventRun{Event: e, times: runs[last].times + 1}
		default:
			runs = append(runs, eventRun{Event: e, times: 1})
		}
		started = started || e.Kind == uploader.EventStarted
	}
	return runs
}

func (r eventRun) sameAs(e uploader.Event) bool {
	return r.Kind == uploader.EventWaiting && r.Offset == e.Offset && shortFault(r.Fault) == shortFault(e.Fault) &&
		words.ServerMessage(r.Fault) == words.ServerMessage(e.Fault)
}

func historyLineOf(e eventRun, now time.Time) HistoryLine {
	at := e.At.Local()
	text := at.Format("15:04:05")
	if n := now.Local(); at.YearDay() != n.YearDay() || at.Year() != n.Year() {
		text = at.Format("2006-01-02 15:04")
	}
	data := words.Data{"Size": words.Size(e.Offset), "At": waitEndText(e.Event, now), "Why": shortFault(e.Fault), "N": e.times}
	return HistoryLine{At: text, What: words.WithServerMessage(words.Text(e.key(), data), e.Fault)}
}

// waitEndText returns the time at which a wait ends, with seconds for short waits.
func waitEndText(e uploader.Event, now time.Time) string {
	if e.Until.Sub(e.At) < time.Hour {
		return e.Until.Local().Format("15:04:05")
	}
	return words.Clock(e.Until, now)
}

// shortFault returns a short text for why a transfer waits or stopped.
func shortFault(f *fault.Fault) string {
	if fault.Is(f, fault.SourceBusy) {
		return words.Text("details.writing")
	}
	return words.Fault(f, words.Subject{}).Short
}

// key returns the translation key of the event. Some events have a different key at
// offset 0.
func (r eventRun) key() string {
	key := "details.event." + string(r.Kind)
	switch {
	case r.Kind == uploader.EventResumed && r.Offset == 0:
		return key + ".fresh"
	case r.Kind == uploader.EventPaused && r.Offset == 0:
		return key + ".fresh"
	case r.times > 1:
		return key + ".times"
	default:
		return key
	}
}
