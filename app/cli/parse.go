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
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/spool"
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
	parser, err := kong.New(&parsed,
		kong.Name("ferry"), kong.Description(words.Text("cli.description")), kong.NoDefaultHelp(),
		kong.Writers(out, out), kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.PostBuild(setHelp),
		kong.ExplicitGroups([]kong.Group{{Key: serverGroup, Title: words.Text("help.group.server")}}),
		kong.KindMapper(reflect.String, kong.MapperFunc(decodeString)),
	)
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
	return parsed.invocation(strings.TrimPrefix(ctx.Selected().FullPath(), "ferry "))
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

func (w *Window) check() error {
	if slices.Contains(w.Paths, Stdin) {
		return usageError("cli.usage.stdin", nil)
	}
	return checkPaths(w.Paths)
}

// maxExpire is the greatest number of days of --expire.
const maxExpire = 36_500

// complete sets the sizes and validates the arguments.
func (r *Receive) complete() (err error) {
	switch {
	case (r.Cert == "") != (r.Key == ""):
		return usageError("cli.usage.cert-key", nil)
	case r.Cert != "" && r.TLS:
		return usageError("cli.usage.cert-tls", nil)
	case r.Expire < 0 || r.Expire > maxExpire:
		return usageError("cli.usage.expire", words.Data{"Most": maxExpire})
	}
	if r.maxSize, err = parseSizeUpTo(maxReceived, "--max-size", r.MaxSize); err != nil {
		return err
	}
	if r.maxTotal, err = parseSizeUpTo(maxReceived, "--max-total", r.MaxTotal); err != nil {
		return err
	}
	return r.checkListen()
}

// checkListen checks the address, so that one that can never work is an error in the
// arguments. The port may be a name, and 0 for any.
func (r *Receive) checkListen() error {
	if r.Listen == "" {
		return nil
	}
	_, port, err := net.SplitHostPort(r.Listen)
	if n, numErr := strconv.Atoi(port); err != nil || numErr == nil && (n < 0 || n > math.MaxUint16) {
		return usageError("cli.usage.listen", words.Data{"Address": words.Printable(r.Listen)})
	}
	return nil
}

// complete sets Options and the default Name, and validates the arguments.
func (s *Send) complete() (err error) {
	if s.Options, err = s.options(); err != nil {
		return err
	}
	if err := s.completeServer(); err != nil {
		return err
	}
	to := cmp.Or(s.To, s.URLs)
	return errors.Join(checkPaths(s.Paths), s.checkURLs(), s.check(to, s.Paths), checkHosts(s.To, s.AllowHost), s.completePerFile(s.To), s.completeName())
}

// completeServer sets Change, and To if the server is that of a preset.
func (s *Send) completeServer() (err error) {
	if s.Preset == "" && s.Given != nil && *s.Given && s.URLs == "" {
		s.Preset = givenPreset
	}
	if s.Change, err = s.ServerFlags.change(); err != nil {
		return err
	}
	if s.Preset != "" && s.To != "" && !isURL(s.To) {
		return usageError("cli.usage.preset.to", nil)
	}
	if s.Change.Preset, err = s.fromPreset(s.To); err != nil {
		return err
	}
	if s.Change.Preset != nil {
		s.To = s.Change.Preset.Endpoint
	}
	_, proxy := neededSecrets(s.Change)
	readsStdin := s.Change.SignIn != nil && (slices.Contains(s.Paths, Stdin) || s.URLs == Stdin || slices.Contains(s.Header, stdinHeader))
	switch {
	case proxy:
		return usageError("cli.usage.proxy.password", nil)
	case readsStdin:
		return usageError("cli.usage.sign-in.stdin", nil)
	case s.To == "" && s.URLs == "" && !reflect.ValueOf(s.Change).IsZero():
		return usageError("cli.usage.server.to", nil)
	}
	return nil
}

// checkURLs validates --urls and that there are files.
func (s *Send) checkURLs() error {
	switch {
	case s.URLs == "" && len(s.Paths) == 0:
		return usageError("cli.usage.files", nil)
	case s.URLs == "":
		return nil
	case s.To != "":
		return usageError("cli.usage.urls.to", nil)
	case slices.Contains(s.Paths, Stdin), s.URLs == Stdin && slices.Contains(s.Header, stdinHeader):
		return usageError("cli.usage.urls.stdin", nil)
	}
	return nil
}

func (s *Send) completeName() error {
	stdins := 0
	for _, path := range s.Paths {
		if path == Stdin {
			stdins++
		}
	}
	switch {
	case stdins > 1:
		return usageError("cli.usage.stdin.twice", nil)
	case stdins == 0 && s.Name != "":
		return usageError("cli.usage.name.alone", nil)
	case s.Name == "":
		s.Name = defaultName
	case !spool.ValidName(s.Name):
		return usageError("cli.usage.name", words.Data{"Name": words.Printable(s.Name)})
	}
	return nil
}

func checkPaths(paths []string) error {
	if slices.Contains(paths, "") {
		return usageError("cli.usage.empty", nil)
	}
	return nil
}

// CheckFingerprint returns an error if the flag --fingerprint is set. It is for
// requests that another instance carries out, whose engine already runs with the
// fingerprint of its settings.
func CheckFingerprint(fingerprint string) error {
	if fingerprint == "" {
		return nil
	}
	return userError("cli.usage.fingerprint", nil)
}

// CheckStdin returns a *[UsageError] if the standard input is a folder, which cannot be
// read.
func CheckStdin(in io.Reader) error {
	file, ok := in.(*os.File)
	if !ok {
		return nil
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return usageError("cli.usage.stdin.folder", nil)
	}
	return nil
}

// setHelp replaces the variables in the tags by the help texts. Kong itself evaluates all
// variables for every flag, which took a third of the processor time of a start.
func setHelp(k *kong.Kong) error {
	texts := helpTexts()
	set := func(help *string) error {
		name, variable := strings.CutPrefix(*help, "${")
		if !variable {
			return nil
		}
		text, found := texts[strings.TrimSuffix(name, "}")]
		if !found {
			return fmt.Errorf("no help text %s", *help)
		}
		*help = strings.ReplaceAll(text, "$", "$$")
		return nil
	}
	return kong.Visit(k.Model, func(visited kong.Visitable, next kong.Next) error {
		switch v := visited.(type) {
		case *kong.Node:
			return next(set(&v.Help))
		case *kong.Value:
			return next(set(&v.Help))
		default:
			return next(nil)
		}
	})
}

// helpTexts returns the help texts in the current language by variable. In the tags, the
// dots and hyphens of the translation keys are underscores.
func helpTexts() map[string]string {
	texts := map[string]string{}
	for _, key := range []string{
		"help.help", "help.profile", "help.window", "help.hidden", "help.paths", "help.send", "help.to", "help.to.resume", "help.header", "help.header.file", "help.allow.host",
		"help.fingerprint", "help.connections", "help.chunk", "help.limit", "help.settle", "help.follow-links", "help.again", "help.earlier", "help.changed", "help.exists", "help.name", "help.paths.send", "help.json", "help.quiet", "help.resume", "help.list", "help.all", "help.receive",
		"help.listen", "help.dir", "help.tls", "help.cert", "help.key", "help.auth.file", "help.max.size", "help.max.total", "help.expire", "help.keep.dots",
		"help.version", "help.licences",
		"help.server", "help.server.add", "help.server.list", "help.server.test", "help.server.edit", "help.server.remove", "help.server.presets",
		"help.preset", "help.set", "help.metadata", "help.chunk.min", "help.chunk.max", "help.chunk.multiple", "help.given", "help.method.override", "help.checksums",
		"help.upload-path", "help.folders", "help.overwrite-with", "help.link", "help.id-headers",
		"help.ca", "help.client.cert", "help.client.key", "help.proxy", "help.bearer", "help.user", "help.server.name", "help.files", "help.urls", "help.per.file",
		"help.add.force", "help.remove.force", "help.header.saved", "help.header.file.saved", "help.server.url", "help.server.arg", "help.edit.url", "help.no-sign-in",
	} {
		texts[strings.NewReplacer(".", "_", "-", "_").Replace(key)] = words.Text(key)
	}
	return texts
}
