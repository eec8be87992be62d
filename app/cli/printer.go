package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader/fault"
)

// Streams are the standard input, output and error of the process.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	Secrets  Secrets // of the environment
}

// Style is the output format of a [Printer].
type Style uint8

// The styles.
const (
	Plain Style = iota // lines, with a bar if the standard error is a terminal
	JSON               // one object per line on the standard output
	Quiet              // only failures
)

// StyleFor returns the style for the flags --json and --quiet. JSON takes
// precedence.
func StyleFor(json, quiet bool) Style {
	switch {
	case json:
		return JSON
	case quiet:
		return Quiet
	default:
		return Plain
	}
}

// Printer prints the response to a request. It must be used by one goroutine at a
// time.
type Printer struct {
	streams       Streams
	style         Style
	bar           *bar // nil unless one is drawn
	failed        bool // the summary has failed or open transfers
	needsSignIn   bool // a server requires a sign-in
	printedEntry  bool
	namesForPaths map[string]string
}

// NewPrinter returns a Printer that writes to streams.
func NewPrinter(streams Streams, style Style) *Printer {
	p := &Printer{streams: streams, style: style, namesForPaths: map[string]string{}}
	if file, ok := streams.Err.(*os.File); ok && style == Plain && term.IsTerminal(int(file.Fd())) {
		p.bar = newBar(file)
	}
	return p
}

// SetName makes the Printer print name instead of path.
func (p *Printer) SetName(path, name string) { p.namesForPaths[path] = name }

// Print prints one value of a response. It returns the error of the output.
func (p *Printer) Print(reply Reply) error {
	switch {
	case reply.Language != "":
		return words.Load(string(reply.Language))
	case reply.Event != nil:
		return p.printEvent(*reply.Event)
	case reply.Summary != nil:
		return p.printSummary(*reply.Summary)
	case reply.Entry != nil:
		return p.printEntry(*reply.Entry)
	case reply.Server != nil:
		return p.printServer(reply.Server)
	case reply.Test != nil:
		return p.printTest(reply.Test)
	default:
		return nil
	}
}

// PrintRaw prints a value that was received from another instance.
func (p *Printer) PrintRaw(value json.RawMessage) error {
	var reply Reply
	if err := json.Unmarshal(value, &reply); err != nil {
		return fmt.Errorf("decode reply: %w", err)
	}
	return p.Print(reply)
}

// Finish removes the bar. It returns err or, if that is nil, an error with the exit
// code for the transfers that failed.
func (p *Printer) Finish(err error) error {
	p.bar.clear()
	if err == nil && p.failed {
		return errTransfersFailed
	}
	return err
}

// FinishList prints a message if the list had no entries. all is whether the list
// included finished transfers.
func (p *Printer) FinishList(all bool) error {
	switch {
	case p.printedEntry || p.style != Plain:
		return nil
	case all:
		return p.printLine(p.streams.Err, words.Text("cli.list.empty"))
	default:
		return p.printLine(p.streams.Err, words.Text("cli.list.settled"))
	}
}

func (p *Printer) printEvent(e feed.Event) error {
	if name, ok := p.namesForPaths[e.Path]; ok {
		e.Path = name
	}
	if p.style == JSON {
		return p.printObject(e)
	}
	p.bar.update(e)
	p.needsSignIn = p.needsSignIn || e.Fault == fault.Auth.String()
	switch e.Event {
	case feed.Failed:
		return p.printLine(p.streams.Err, words.Text("cli.failed", words.Data{"Message": withServerMessage(e.Message, e.ServerMessage)}))
	case feed.Omitted, feed.Advice:
		if p.style == Quiet {
			return nil
		}
		return p.printLine(p.streams.Err, e.Message)
	case feed.Waiting:
		if p.style == Quiet {
			return nil
		}
		if e.Path == "" {
			return p.printLine(p.streams.Err, withServerMessage(e.Message, e.ServerMessage))
		}
		message := withServerMessage(e.Message, e.ServerMessage)
		return p.printLine(p.streams.Err, words.Text("cli.waiting", words.Data{"Path": words.Printable(e.Path), "Message": message}))
	case feed.Done, feed.Skipped:
		if p.style == Quiet {
			return nil
		}
		return p.printLine(p.streams.Out, words.Text("cli.done", words.Data{"Path": words.Printable(e.Path), "Message": e.Message}))
	default:
		return nil
	}
}

func (p *Printer) printSummary(s feed.Summary) error {
	failed := s.Failed + s.Open // open transfers wait for the user and were not uploaded
	p.failed = failed > 0
	p.bar.clear()
	if p.style != Plain {
		return nil
	}
	err := p.printLine(p.streams.Err, summaryLine(s, failed))
	if s.Folder != "" {
		err = errors.Join(err, p.printLine(p.streams.Err, words.Text("cli.summary.folder", words.Data{"Folder": words.Path(s.Folder)})))
	}
	if failed > 0 && p.needsSignIn {
		err = errors.Join(err, p.printLine(p.streams.Err, words.Text("cli.sign-in")))
	}
	return err
}

func summaryLine(s feed.Summary, failed int) string {
	data := words.Data{"Files": words.Files(s.Done), "Size": words.Size(s.Bytes), "Skipped": words.Files(s.Skipped), "Failed": words.Files(failed)}
	switch {
	case failed > 0:
		return words.Text("cli.summary.failed", data)
	case s.Skipped > 0:
		return words.Text("cli.summary.skipped", data)
	case s.Done == 0:
		return words.Text("cli.summary.nothing")
	default:
		return words.Text("cli.summary", data)
	}
}

func (p *Printer) printEntry(e Entry) error {
	p.printedEntry = true
	if p.style == JSON {
		return p.printObject(e)
	}
	return p.printLine(p.streams.Out, words.Text("cli.list.entry", words.Data{
		"ID": e.ID, "Path": words.Printable(e.Path), "Server": words.ServerName(e.Server), "Size": words.Size(e.Size),
		"Message": words.Join(withServerMessage(e.Message, e.ServerMessage), shownLink(e.Link)),
	}))
}

// shownLink returns a link for a terminal; "" for one that may contain a secret, such as a
// signature in the query. The output with --json has it.
func shownLink(link string) string {
	if strings.ContainsAny(link, "?#@") {
		return ""
	}
	return words.Printable(link)
}

// printServer prints a server. One that was saved is a success, whatever its test found.
func (p *Printer) printServer(e *ServerEntry) error {
	p.failed = false
	if p.style == JSON {
		return p.printObject(e)
	}
	return p.printLine(p.streams.Out, e.text())
}

// printTest prints the result of a test. One that is not usable makes Finish fail.
func (p *Printer) printTest(e *TestEntry) error {
	p.failed = p.failed || !e.usable()
	if p.style == JSON {
		return p.printObject(e)
	}
	to := p.streams.Out
	if !e.usable() {
		to = p.streams.Err
	}
	if e.Test != testFailed { // its text quotes the server
		return p.printLine(to, e.Message)
	}
	return p.printLine(to, withServerMessage(e.Message, e.ServerMessage))
}

// withServerMessage returns what Ferry says, a sentence or a state such as "Server error,
// retrying", and after it what the server said, if anything.
func withServerMessage(message, said string) string {
	switch last, _ := utf8.DecodeLastRuneInString(message); {
	case said == "":
		return message
	case strings.ContainsRune(".。", last):
		return message + " " + words.Said(said)
	default:
		return words.Join(message, words.Said(said))
	}
}

func (p *Printer) printObject(value any) error {
	encoder := json.NewEncoder(p.streams.Out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// printLine replaces the bar with a line and draws the bar below it.
func (p *Printer) printLine(to io.Writer, text string) error {
	p.bar.clear()
	_, err := fmt.Fprintln(to, text)
	p.bar.draw(time.Now())
	return err
}
