package app

import (
	"encoding/hex"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// dossier is what is kept of a transfer besides its row.
type dossier struct {
	events []uploader.Event
	parts  []uploader.Part
}

// facts is everything the details say of a transfer, in words.
type facts struct {
	title   string
	state   string   // what its row says
	because []string // what happened, what Ferry does about it, what can be done
	lines   []fact
	parts   []partFact
	history []happening // the newest first
}

// fact is one line: a name and a value, which can be copied when copy is not "".
type fact struct{ name, value, copy string }

// partFact is how one part of a file is getting on.
type partFact struct {
	name string
	done float64 // from 0 to 1
}

// happening is one event: when, and what.
type happening struct{ at, what string }

func factsOf(s *uploader.Snapshot, t *uploader.Transfer, d dossier, now time.Time) facts {
	server, _ := s.Server(t.Server)
	told := facts{
		title:   words.Printable(t.Source.Name()),
		state:   words.Join(words.State(t.State()), words.Row(s, t, 0, now)),
		because: becauseOf(t, server),
		lines:   linesOf(s, t, server, now),
	}
	if t.State() == uploader.StateFailed {
		told.state = words.State(t.State()) // the sentences below say the rest
	}
	for _, part := range d.parts {
		told.parts = append(told.parts, partFactOf(part, len(d.parts)))
	}
	for _, chapter := range slices.Backward(chaptersOf(d.events)) {
		told.history = append(told.history, happeningOf(chapter, now))
	}
	return told
}

func becauseOf(t *uploader.Transfer, server uploader.Server) []string {
	if t.Fault == nil {
		return nil
	}
	said := words.Fault(t.Fault, words.Subject{File: t.Source.Name(), Server: words.Server(server)})
	return []string{said.What, said.Does, said.Can}
}

func linesOf(s *uploader.Snapshot, t *uploader.Transfer, server uploader.Server, now time.Time) []fact {
	when := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return words.Clock(at, now)
	}
	all := []fact{
		{name: "from", value: words.Printable(filepath.Dir(t.Source.Path)), copy: t.Source.Path},
		{name: "to", value: words.Server(server)},
		{name: "link", value: words.Printable(t.Session.URL), copy: t.Session.URL},
		{name: "size", value: words.SizeOf(s.Sent(t), t.Source.Size)},
		{name: "known-by", value: knownBy(t.Fingerprint)},
		{name: "added", value: when(t.Added.Time())},
		{name: "started", value: when(t.Started.Time())},
		{name: "finished", value: when(t.Finished.Time())},
		{name: "expires", value: when(t.Session.Expires.Time())},
		{name: "resumed", value: amount(t.Resumed)},
		{name: "at-work", value: span(spent(t))},
	}
	if t.SHA256 != "" {
		sum := hex.EncodeToString([]byte(t.SHA256))
		all = append(all, fact{name: "sha256", value: sum, copy: sum})
	}
	told := all[:0]
	for _, f := range all {
		if f.value != "" {
			f.name = words.Say("details." + f.name)
			told = append(told, f)
		}
	}
	return told
}

// spent is the time a transfer was under way; 0 while it is, since only what has
// ended is counted.
func spent(t *uploader.Transfer) time.Duration {
	if t.Phase.Working() {
		return 0
	}
	return t.Active
}

func amount(bytes int64) string {
	if bytes == 0 {
		return ""
	}
	return words.Size(bytes)
}

func span(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return words.Duration(d)
}

// knownBy says by what the file would be found again. A fingerprint begins with
// the letter of its recipe.
func knownBy(fingerprint string) string {
	switch {
	case strings.HasPrefix(fingerprint, "m"):
		return words.Say("details.known-by.metadata")
	case strings.HasPrefix(fingerprint, "p"):
		return words.Say("details.known-by.path")
	case strings.HasPrefix(fingerprint, "c"):
		return words.Say("details.known-by.content")
	default:
		return ""
	}
}

func partFactOf(part uploader.Part, of int) partFact {
	name := words.Join(
		words.Say("details.part", words.Data{"N": part.Index + 1, "Of": of}),
		words.SizeOf(part.Offset, part.Length),
	)
	if part.Length == 0 {
		return partFact{name: name, done: 1}
	}
	return partFact{name: name, done: float64(part.Offset) / float64(part.Length)}
}

// chapter is one event, or the last of several that say the same.
type chapter struct {
	uploader.Event
	times int
}

// chaptersOf leaves out of a story what only repeats: that it was taken up again,
// which what follows says better, and one wait after the other for the same reason.
func chaptersOf(events []uploader.Event) []chapter {
	var told []chapter
	begun := false
	for _, e := range events {
		last := len(told) - 1
		switch {
		case e.Kind == uploader.EventStarted && begun:
		case e.Kind == uploader.EventWaiting && last >= 0 && told[last].repeats(e):
			told[last] = chapter{Event: e, times: told[last].times + 1}
		default:
			told = append(told, chapter{Event: e, times: 1})
		}
		begun = begun || e.Kind == uploader.EventStarted
	}
	return told
}

func (c chapter) repeats(e uploader.Event) bool {
	return c.Kind == uploader.EventWaiting && c.Offset == e.Offset && because(c.Fault) == because(e.Fault)
}

func happeningOf(e chapter, now time.Time) happening {
	at := e.At.Local()
	text := at.Format("15:04:05")
	if n := now.Local(); at.YearDay() != n.YearDay() || at.Year() != n.Year() {
		text = at.Format("2006-01-02 15:04")
	}
	data := words.Data{"Size": words.Size(e.Offset), "At": goesOn(e.Event, now), "Why": because(e.Fault), "N": e.times}
	return happening{at: text, what: words.Say(e.key(), data)}
}

// goesOn is when a wait ends: to the second where it is short.
func goesOn(e uploader.Event, now time.Time) string {
	if e.Until.Sub(e.At) < time.Hour {
		return e.Until.Local().Format("15:04:05")
	}
	return words.Clock(e.Until, now)
}

// because says in few words why a transfer waits or stopped.
func because(f *fault.Fault) string {
	if fault.Is(f, fault.SourceBusy) {
		return words.Say("details.writing")
	}
	return words.Fault(f, words.Subject{}).Short
}

// key is the key of its words. What tells of an offset has others where there is
// none yet.
func (c chapter) key() string {
	key := "details.event." + string(c.Kind)
	switch {
	case c.Kind == uploader.EventResumed && c.Offset == 0:
		return key + ".fresh"
	case c.Kind == uploader.EventPaused && c.Offset == 0:
		return key + ".fresh"
	case c.times > 1:
		return key + ".times"
	default:
		return key
	}
}
