// Package cli is Ferry in a terminal: what can be typed, carried out on the same
// engine as the window's, and told in lines. Parse reads the arguments and does
// nothing else. A Desk carries out requests, no matter whether they were typed
// here or handed over by another program. A Printer tells what happens: as a bar
// and lines for people, or as one JSON object a line for programs.
//
// The rules of the terminal: results go to the standard output, everything about
// the way there to the standard error; a bar is drawn on a terminal only; every
// error is one sentence that ends with what can be done.
package cli

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/ferryapp/ferry/app/spool"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// The exit codes.
const (
	ExitOK          = 0   // all across
	ExitFailed      = 1   // some failed, or nothing could be begun
	ExitUsage       = 2   // the arguments make no sense
	ExitInterrupted = 130 // stopped by a signal; everything is saved
)

// Invocation is what was typed. Exactly one of the commands is not nil.
type Invocation struct {
	Profile string // the profile folder; "" for the default
	Window  *Window
	Send    *Send
	Resume  *Resume
	List    *List
	Receive *Receive
	Version bool
}

// Of the tags below, placeholder is what the help shows in the place of a value, and
// the texts of help come from the translations (help).

// Window is the bare command: show the window and add files.
type Window struct {
	Hidden bool     `help:"${help_hidden}"`
	Paths  []string `arg:"" optional:"" name:"file" help:"${help_paths}"`
}

// Send uploads files, and ends when all are across.
type Send struct {
	To          string   `placeholder:"NAME|URL" help:"${help_to}"`
	Header      []string `placeholder:"'K: V'" sep:"none" help:"${help_header}"`
	Connections *int     `placeholder:"N" help:"${help_connections}"`
	Chunk       string   `placeholder:"SIZE" help:"${help_chunk}"`
	Limit       string   `placeholder:"RATE" help:"${help_limit}"`
	Fingerprint string   `enum:",metadata,path,content" default:"" placeholder:"NAME" help:"${help_fingerprint}"`
	JSON        bool     `name:"json" help:"${help_json}"`
	Quiet       bool     `short:"q" help:"${help_quiet}"`
	Name        string   `placeholder:"NAME" help:"${help_name}"`
	Paths       []string `arg:"" name:"file" help:"${help_paths_send}"`

	Options uploader.Options `kong:"-"` // what Connections, Chunk and Limit say
}

// Stdin stands among the paths for the standard input.
const Stdin = "-"

// usualName is what the standard input is called when no name is asked for.
const usualName = "stdin"

// Resume goes on with everything unfinished.
type Resume struct {
	To     string   `placeholder:"NAME|URL" help:"${help_to_resume}"`
	Header []string `placeholder:"'K: V'" sep:"none" help:"${help_header}"`
	JSON   bool     `name:"json" help:"${help_json}"`
}

// List tells the transfers there are.
type List struct {
	JSON bool `name:"json" help:"${help_json}"`
	All  bool `help:"${help_all}"`
}

// Receive is the built-in receiver alone.
type Receive struct {
	Listen string `placeholder:"ADDR" help:"${help_listen}"`
	Dir    string `placeholder:"DIR" help:"${help_dir}"`
	JSON   bool   `name:"json" help:"${help_json}"`
}

// grammar is the command line as kong reads it.
type grammar struct {
	Help    helpFlag `short:"h" help:"${help_help}"`
	Profile string   `placeholder:"DIR" help:"${help_profile}"`

	Window  Window   `cmd:"" default:"withargs" help:"${help_window}"`
	Send    Send     `cmd:"" help:"${help_send}"`
	Resume  Resume   `cmd:"" help:"${help_resume}"`
	List    List     `cmd:"" help:"${help_list}"`
	Receive Receive  `cmd:"" help:"${help_receive}"`
	Version struct{} `cmd:"" help:"${help_version}"`
}

// ErrHelp says that help was asked for and given.
var ErrHelp = errors.New("help was given")

// UsageError says, in words, why the arguments make no sense.
type UsageError struct{ Sentence string }

func (e *UsageError) Error() string { return e.Sentence }

type helpFlag bool

// BeforeReset is kong's hook for a flag that acts before anything is checked.
// Without a command the help is about all of them.
func (helpFlag) BeforeReset(ctx *kong.Context) error {
	if ctx.Selected() == ctx.Model.DefaultCmd {
		ctx.Path = ctx.Path[:1]
	}
	return errors.Join(ErrHelp, ctx.PrintUsage(false))
}

// Parse reads the arguments. It fails with ErrHelp once help is written to out,
// or with a *UsageError.
func Parse(args []string, out io.Writer) (Invocation, error) {
	var typed grammar
	parser, err := kong.New(&typed,
		kong.Name("ferry"), kong.Description(words.Say("cli.description")), kong.NoDefaultHelp(),
		kong.Writers(out, out), kong.ConfigureHelp(kong.HelpOptions{Compact: true}), help(),
	)
	if err != nil {
		return Invocation{}, err
	}
	ctx, err := parser.Parse(habitual(args))
	if errors.Is(err, ErrHelp) {
		return Invocation{}, ErrHelp
	}
	if err != nil {
		return Invocation{}, usage("cli.usage.malformed", words.Data{"Problem": words.Printable(err.Error()), "Help": helpAbout(err)})
	}
	return typed.invocation(ctx.Selected().Name)
}

// habitual puts what people type to any program, help and --version, into the
// grammar's words.
func habitual(args []string) []string {
	switch {
	case len(args) > 0 && args[0] == "help":
		return append(slices.Clone(args[1:]), "--help")
	case len(args) == 1 && args[0] == "--version":
		return []string{"version"}
	default:
		return args
	}
}

// helpAbout is what to type for help with a command that was typed wrongly.
func helpAbout(err error) string {
	if wrong, ok := errors.AsType[*kong.ParseError](err); ok {
		if command := wrong.Context.Selected(); command != nil && command != wrong.Context.Model.DefaultCmd {
			return "ferry " + command.Name + " --help"
		}
	}
	return "ferry --help"
}

func (g *grammar) invocation(command string) (Invocation, error) {
	i := Invocation{Profile: g.Profile}
	switch command {
	case "send":
		i.Send = &g.Send
		return i, g.Send.check()
	case "resume":
		i.Resume = &g.Resume
		return i, checkHeaders(g.Resume.To, g.Resume.Header)
	case "list":
		i.List = &g.List
	case "receive":
		i.Receive = &g.Receive
	case "version":
		i.Version = true
	default:
		i.Window = &g.Window
		return i, g.Window.check()
	}
	return i, nil
}

func (w *Window) check() error {
	if slices.Contains(w.Paths, Stdin) {
		return usage("cli.usage.stdin", nil)
	}
	return checkPaths(w.Paths)
}

// check completes what was typed, or says what makes no sense in it.
func (s *Send) check() (err error) {
	if s.Options, err = s.options(); err != nil {
		return err
	}
	return errors.Join(checkPaths(s.Paths), checkHeaders(s.To, s.Header), s.checkName())
}

func checkPaths(paths []string) error {
	if slices.Contains(paths, "") {
		return usage("cli.usage.empty", nil)
	}
	return nil
}

// checkName settles the name of the standard input, which is a file's: no path.
func (s *Send) checkName() error {
	piped := 0
	for _, path := range s.Paths {
		if path == Stdin {
			piped++
		}
	}
	switch {
	case piped > 1:
		return usage("cli.usage.stdin.twice", nil)
	case piped == 0 && s.Name != "":
		return usage("cli.usage.name.alone", nil)
	case s.Name == "":
		s.Name = usualName
	case !spool.ValidName(s.Name):
		return usage("cli.usage.name", words.Data{"Name": words.Printable(s.Name)})
	}
	return nil
}

// SignsIn reports whether what is typed has to be typed again to go on: header
// fields, or a user in the URL, which are kept nowhere.
func SignsIn(to string, headers []string) bool {
	_, header, err := address(to, nil)
	return len(headers) > 0 || err == nil && len(header) > 0
}

func checkHeaders(to string, headers []string) error {
	if len(headers) > 0 && to == "" {
		return usage("cli.usage.header.to", nil)
	}
	_, err := parseHeaders(headers)
	return err
}

func usage(key string, data words.Data) error { return &UsageError{words.Say(key, data)} }

// help fills the help texts in the language loaded.
func help() kong.Vars {
	texts := kong.Vars{}
	for _, key := range []string{
		"help.help", "help.profile", "help.window", "help.hidden", "help.paths", "help.send", "help.to", "help.to.resume", "help.header",
		"help.fingerprint", "help.connections", "help.chunk", "help.limit", "help.name", "help.paths.send", "help.json", "help.quiet", "help.resume", "help.list", "help.all", "help.receive",
		"help.listen", "help.dir", "help.version",
	} {
		texts[strings.ReplaceAll(key, ".", "_")] = words.Say(key)
	}
	return texts
}
