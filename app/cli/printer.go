package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader/fault"
)

// Streams are the program's standard input, output and error.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Style is how a Printer tells what happens.
type Style uint8

// The styles.
const (
	Plain Style = iota // lines, with a bar where the standard error is a terminal
	JSON               // one object a line, on the standard output
	Quiet              // failures alone
)

// StyleOf chooses the style for two flags; JSON wins, since a program reads it.
func StyleOf(json, quiet bool) Style {
	switch {
	case json:
		return JSON
	case quiet:
		return Quiet
	default:
		return Plain
	}
}

// Printer tells what a request is answered with. It belongs to one goroutine.
type Printer struct {
	streams Streams
	style   Style
	bar     *bar // nil unless one is drawn
	failed  bool
	shut    bool              // a server wants a sign-in
	listed  bool              // an entry was told
	names   map[string]string // what to call paths that mean nothing to people
}

// NewPrinter makes a Printer that writes to streams.
func NewPrinter(streams Streams, style Style) *Printer {
	p := &Printer{streams: streams, style: style}
	if file, ok := streams.Err.(*os.File); ok && style == Plain && term.IsTerminal(int(file.Fd())) { //nolint:gosec // a descriptor is a small number
		p.bar = newBar(file)
	}
	return p
}

// Call has a path told by another name from now on.
func (p *Printer) Call(path, name string) {
	if p.names == nil {
		p.names = map[string]string{}
	}
	p.names[path] = name
}

// Take tells one reply. It fails when the output does.
func (p *Printer) Take(reply Reply) error {
	switch {
	case reply.Event != nil:
		return p.event(*reply.Event)
	case reply.Summary != nil:
		return p.summary(*reply.Summary)
	case reply.Entry != nil:
		return p.entry(*reply.Entry)
	default:
		return nil
	}
}

// TakeLine is Take for a reply that came from another program.
func (p *Printer) TakeLine(line json.RawMessage) error {
	var reply Reply
	if err := json.Unmarshal(line, &reply); err != nil {
		return fmt.Errorf("decode reply: %w", err)
	}
	return p.Take(reply)
}

// End takes the bar away. It returns err, or
// what makes the exit code of transfers that failed.
func (p *Printer) End(err error) error {
	p.bar.clear()
	if err == nil && p.failed {
		return errFailed
	}
	return err
}

func (p *Printer) event(e feed.Event) error {
	if name, ok := p.names[e.Path]; ok {
		e.Path = name
	}
	if p.style == JSON {
		return p.object(e)
	}
	p.bar.follow(e)
	switch e.Event {
	case feed.Failed:
		p.shut = p.shut || e.Fault == fault.Auth.String()
		return p.line(p.streams.Err, words.Say("cli.failed", words.Data{"Message": e.Message}))
	case feed.Waiting:
		if p.style == Quiet {
			return nil
		}
		if e.Path == "" {
			return p.line(p.streams.Err, e.Message)
		}
		return p.line(p.streams.Err, words.Say("cli.waiting", words.Data{"Path": words.Printable(e.Path), "Message": e.Message}))
	case feed.Done:
		if p.style == Quiet {
			return nil
		}
		return p.line(p.streams.Out, words.Say("cli.done", words.Data{"Path": words.Printable(e.Path), "Message": e.Message}))
	default:
		return nil
	}
}

func (p *Printer) summary(s feed.Summary) error {
	failed := s.Failed + s.Open // what waits for the user is not across either
	p.failed = failed > 0
	p.bar.clear()
	if p.style != Plain {
		return nil
	}
	data := words.Data{"Files": words.Files(s.Done), "Size": words.Size(s.Bytes)}
	switch {
	case s.Done == 0 && failed == 0:
		return p.line(p.streams.Err, words.Say("cli.summary.nothing"))
	case failed == 0:
		return p.line(p.streams.Err, words.Say("cli.summary", data))
	default:
		data["Failed"] = words.Files(failed)
		err := p.line(p.streams.Err, words.Say("cli.summary.failed", data))
		if p.shut {
			err = errors.Join(err, p.line(p.streams.Err, words.Say("cli.sign-in")))
		}
		return err
	}
}

// EndList says of a list without entries what it would have had; all is whether
// it was of everything.
func (p *Printer) EndList(all bool) error {
	switch {
	case p.listed || p.style != Plain:
		return nil
	case all:
		return p.line(p.streams.Err, words.Say("cli.list.empty"))
	default:
		return p.line(p.streams.Err, words.Say("cli.list.settled"))
	}
}

func (p *Printer) entry(e Entry) error {
	p.listed = true
	if p.style == JSON {
		return p.object(e)
	}
	return p.line(p.streams.Out, words.Say("cli.list.entry", words.Data{
		"ID": e.ID, "Path": words.Printable(e.Path), "Server": words.Printable(e.Server), "Size": words.Size(e.Size), "Message": e.Message,
	}))
}

func (p *Printer) object(value any) error {
	encoder := json.NewEncoder(p.streams.Out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// line writes a line in the place of the bar, which is drawn again below it.
func (p *Printer) line(to io.Writer, text string) error {
	p.bar.clear()
	_, err := fmt.Fprintln(to, text)
	p.bar.draw(time.Now())
	return err
}
