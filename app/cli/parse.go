// Package cli implements Ferry's command line: its syntax, the requests it makes of
// an engine, and its output.
//
// [Parse] parses the arguments. An [Executor] carries out requests on a running
// engine, both of its own command line and of other instances. A [Printer] prints
// the response: a progress bar and lines for people, or one JSON object per line
// for programs.
//
// Results go to the standard output, everything else to the standard error. The bar
// is drawn only on a terminal. An error is one sentence that ends with what the user
// can do.
package cli

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// Stdin is the argument for the standard input.
const Stdin = "-"

// defaultName is the name of the standard input without --name.
const defaultName = "stdin"

// Invocation is a parsed command line. Exactly one of the commands is set.
type Invocation struct {
	Profile string // the profile folder; "" for the default
	Window  *Window
	Send    *Send
	Resume  *Resume
	List    *List
	Receive *Receive
	Version *Version

	ServerAdd     *ServerAdd
	ServerEdit    *ServerEdit
	ServerTest    *ServerTest
	ServerRemove  *ServerRemove
	ServerList    *ServerList
	ServerPresets *ServerPresets
}

// In the tags below, placeholder is what the help shows for a value. The help texts
// are translations; see helpTexts.

// Window shows the window and adds files. It is the default command.
type Window struct {
	Hidden bool     `help:"${help_hidden}"`
	Paths  []string `arg:"" optional:"" name:"file" help:"${help_paths}"`

	Link string `kong:"-"` // a link to add a server, in place of Paths; see ParseLink
}

// Send uploads files and exits when all are done.
type Send struct {
	To string `placeholder:"NAME|URL" help:"${help_to}"`
	Headers
	AllowHost   []string `placeholder:"HOST" sep:"none" help:"${help_allow_host}"`
	Connections *int     `placeholder:"N" help:"${help_connections}"`
	Chunk       string   `aliases:"chunk-max" placeholder:"SIZE" help:"${help_chunk}"`
	Limit       string   `placeholder:"RATE" help:"${help_limit}"`
	Settle      string   `placeholder:"DURATION" help:"${help_settle}"`
	Fingerprint string   `enum:",metadata,path,content" default:"" placeholder:"NAME" help:"${help_fingerprint}"`
	FollowLinks bool     `help:"${help_follow_links}"`
	JSON        bool     `name:"json" help:"${help_json}"`
	Quiet       bool     `short:"q" help:"${help_quiet}"`
	PerFile
	Name string `placeholder:"NAME" help:"${help_name}"`
	URLs string `name:"urls" placeholder:"FILE" help:"${help_urls}"`
	Answers
	ServerFlags `group:"server"`
	Paths       []string `arg:"" optional:"" name:"file" help:"${help_paths_send}"`

	Change  instance.ServerChange `kong:"-"` // from ServerFlags, without secrets
	Options uploader.BatchOptions `kong:"-"` // from Connections, Chunk, Limit, Settle and FollowLinks
}

// Resume resumes everything unfinished and exits when it is done.
type Resume struct {
	To string `placeholder:"NAME|URL" help:"${help_to_resume}"`
	Headers
	PerFile
	AllowHost []string `placeholder:"HOST" sep:"none" help:"${help_allow_host}"`
	JSON      bool     `name:"json" help:"${help_json}"`
	Answers
}

// List lists transfers.
type List struct {
	JSON bool `name:"json" help:"${help_json}"`
	All  bool `help:"${help_all}"`
}

// Receive runs only the built-in receiver.
type Receive struct {
	Listen   string `placeholder:"ADDR" help:"${help_listen}"`
	Dir      string `placeholder:"DIR" help:"${help_dir}"`
	TLS      bool   `name:"tls" help:"${help_tls}"`
	Cert     string `placeholder:"FILE" help:"${help_cert}"`
	Key      string `placeholder:"FILE" help:"${help_key}"`
	AuthFile string `placeholder:"FILE" help:"${help_auth_file}"`
	MaxSize  string `placeholder:"SIZE" help:"${help_max_size}"`
	MaxTotal string `placeholder:"SIZE" help:"${help_max_total}"`
	Expire   int    `placeholder:"DAYS" help:"${help_expire}"`
	KeepDots bool   `help:"${help_keep_dots}"`
	JSON     bool   `name:"json" help:"${help_json}"`

	maxSize, maxTotal int64 // bytes; 0: no limit
}

// Version prints the version or the licences.
type Version struct {
	Licences bool `aliases:"licenses" help:"${help_licences}"`
}

// serverGroup is the group of the flags of "ferry send" that say how a server is used.
const serverGroup = "server"

// commandLine is the syntax of the command line, for kong.
type commandLine struct {
	Help    helpFlag `short:"h" help:"${help_help}"`
	Profile string   `placeholder:"DIR" help:"${help_profile}"`

	Window  Window  `cmd:"" default:"withargs" help:"${help_window}"`
	Send    Send    `cmd:"" help:"${help_send}"`
	Resume  Resume  `cmd:"" help:"${help_resume}"`
	List    List    `cmd:"" help:"${help_list}"`
	Server  Server  `cmd:"" help:"${help_server}"`
	Receive Receive `cmd:"" help:"${help_receive}"`
	Version Version `cmd:"" help:"${help_version}"`
}

type helpFlag bool

// BeforeReset prints the help. Kong calls it for the flag before it validates the
// arguments. Without a command the help lists all commands.
func (helpFlag) BeforeReset(ctx *kong.Context) error {
	if ctx.Selected() == ctx.Model.DefaultCmd {
		ctx.Path = ctx.Path[:1]
	}
	return errors.Join(ErrHelp, ctx.PrintUsage(false))
}

// Parse parses the arguments. If they ask for help, it writes help to out and
// returns [ErrHelp]. Any other error is a *[UsageError].
func Parse(args []string, out io.Writer) (Invocation, error) {
	var parsed commandLine
	parser, err := newParser(&parsed, out)
	if err != nil {
		return Invocation{}, err
	}
	ctx, err := parser.Parse(normalizeArgs(args))
	if errors.Is(err, ErrHelp) {
		return Invocation{}, ErrHelp
	}
	if err != nil {
		return Invocation{}, usageError("cli.usage.malformed", words.Data{"Problem": words.Printable(err.Error()), "Help": helpCommand(err)})
	}
	if err := checkEmptyValues(ctx); err != nil {
		return Invocation{}, err
	}
	return parsed.invocation(strings.TrimPrefix(ctx.Selected().FullPath(), "ferry "))
}

// Grammar returns all commands and flags with their help in the current language, for what
// describes them elsewhere, such as the manual page.
func Grammar() (*kong.Application, error) {
	parser, err := newParser(&commandLine{}, io.Discard)
	if err != nil {
		return nil, err
	}
	return parser.Model, nil
}

// newParser returns a parser that sets parsed, and writes help to out.
func newParser(parsed *commandLine, out io.Writer) (*kong.Kong, error) {
	return kong.New(parsed,
		kong.Name("ferry"), kong.Description(words.Text("cli.description")), kong.NoDefaultHelp(),
		kong.Writers(out, out), kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.PostBuild(setHelp),
		kong.ExplicitGroups([]kong.Group{{Key: serverGroup, Title: words.Text("help.group.server")}}),
		kong.KindMapper(reflect.String, kong.MapperFunc(decodeString)),
	)
}

// decodeString sets a string to the bytes of an argument. Kong's own mapper encodes
// arguments as JSON, which replaces bytes that are not UTF-8; file names may contain
// any bytes.
func decodeString(ctx *kong.DecodeContext, target reflect.Value) error {
	token, err := ctx.Scan.PopValue("string")
	if err != nil {
		return err
	}
	text, ok := token.Value.(string)
	if !ok {
		return fmt.Errorf("expected string value but got %v", token.Value)
	}
	target.SetString(text)
	return nil
}

// checkEmptyValues fails with a *[UsageError] if a flag was given an empty value. It would
// be the same as none: a script whose variable is not set would upload to another server,
// or receive files without a sign-in.
func checkEmptyValues(ctx *kong.Context) error {
	for _, element := range ctx.Path {
		if element.Flag == nil {
			continue
		}
		empty := false
		switch value := element.Flag.Target.Interface().(type) {
		case string:
			empty = value == ""
		case []string:
			empty = slices.Contains(value, "")
		}
		if empty {
			return usageError("cli.usage.empty-value", words.Data{"Flag": "--" + element.Flag.Name})
		}
	}
	return nil
}

// normalizeArgs translates the common forms "help [command]" and "--version".
func normalizeArgs(args []string) []string {
	switch {
	case len(args) > 0 && args[0] == "help":
		return append(slices.Clone(args[1:]), "--help")
	case len(args) == 1 && args[0] == "--version":
		return []string{"version"}
	default:
		return args
	}
}

// helpCommand returns the command line that prints help for the command in which a
// parse error occurred.
func helpCommand(err error) string {
	if parseErr, ok := errors.AsType[*kong.ParseError](err); ok {
		if command := parseErr.Context.Selected(); command != nil && command != parseErr.Context.Model.DefaultCmd {
			return command.FullPath() + " --help"
		}
	}
	return "ferry --help"
}

// invocation returns the validated arguments of a command.
func (c *commandLine) invocation(command string) (Invocation, error) {
	i := Invocation{Profile: c.Profile}
	switch command {
	case "send":
		i.Send = &c.Send
		return i, c.Send.complete()
	case "resume":
		i.Resume = &c.Resume
		return i, errors.Join(c.Resume.check(c.Resume.To, nil), checkHosts(c.Resume.To, c.Resume.AllowHost), c.Resume.completePerFile(c.Resume.To))
	case "list":
		i.List = &c.List
	case "receive":
		i.Receive = &c.Receive
		return i, c.Receive.complete()
	case "version":
		i.Version = &c.Version
	case "window":
		i.Window = &c.Window
		return i, c.Window.check()
	default:
		return i, c.Server.addTo(&i, strings.TrimPrefix(command, "server "))
	}
	return i, nil
}

// addTo adds the validated arguments of a command about servers to i.
func (s *Server) addTo(i *Invocation, command string) error {
	switch command {
	case "add":
		i.ServerAdd = &s.Add
		return s.Add.complete()
	case "edit":
		i.ServerEdit = &s.Edit
		return s.Edit.complete()
	case "test":
		i.ServerTest = &s.Test
		return s.Test.check(s.Test.Server, nil)
	case "remove":
		i.ServerRemove = &s.Remove
	case "presets":
		i.ServerPresets = &s.Presets
	default:
		i.ServerList = &s.List
	}
	return nil
}
