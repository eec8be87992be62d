package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/presets"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// givenPreset is the preset of servers that are the upload URL of one file.
const givenPreset = "given"

// Server is the commands about servers.
type Server struct {
	Add     ServerAdd     `cmd:"" help:"${help_server_add}"`
	List    ServerList    `cmd:"" help:"${help_server_list}"`
	Test    ServerTest    `cmd:"" help:"${help_server_test}"`
	Edit    ServerEdit    `cmd:"" help:"${help_server_edit}"`
	Remove  ServerRemove  `cmd:"" help:"${help_server_remove}"`
	Presets ServerPresets `cmd:"" help:"${help_server_presets}"`
}

// ServerAdd tests and saves a new server.
type ServerAdd struct {
	ServerFlags
	SavedFlags
	SavedHeaders
	Force bool   `help:"${help_add_force}"`
	JSON  bool   `name:"json" help:"${help_json}"`
	URL   string `arg:"" optional:"" name:"url" help:"${help_server_url}"`

	Change instance.ServerChange `kong:"-"` // from the flags, without secrets
}

// ServerEdit changes a saved server.
type ServerEdit struct {
	ServerFlags
	SavedFlags
	SavedHeaders
	URL      string `name:"url" placeholder:"URL" help:"${help_edit_url}"`
	NoSignIn bool   `name:"no-sign-in" help:"${help_no_sign_in}"`
	JSON     bool   `name:"json" help:"${help_json}"`
	Server   string `arg:"" name:"server" help:"${help_server_arg}"`

	Change instance.ServerChange `kong:"-"` // from the flags, without secrets
}

// ServerTest tests a server, which need not be saved.
type ServerTest struct {
	Headers
	JSON   bool   `name:"json" help:"${help_json}"`
	Server string `arg:"" name:"server" help:"${help_server_arg}"`
}

// ServerRemove removes a server.
type ServerRemove struct {
	Force  bool   `help:"${help_remove_force}"`
	JSON   bool   `name:"json" help:"${help_json}"`
	Server string `arg:"" name:"server" help:"${help_server_arg}"`
}

// ServerList lists the servers.
type ServerList struct {
	JSON bool `name:"json" help:"${help_json}"`
}

// ServerPresets lists the presets of servers.
type ServerPresets struct {
	JSON bool `name:"json" help:"${help_json}"`
}

// Help implements kong.HelpProvider: the text below the description of the command.
func (ServerAdd) Help() string { return words.Text("help.server.add.detail") }

// Help implements kong.HelpProvider.
func (ServerEdit) Help() string { return words.Text("help.server.edit.detail") }

// Help implements kong.HelpProvider.
func (Server) Help() string { return words.Text("help.server.detail") }

// complete sets Change and validates the arguments.
func (s *ServerAdd) complete() (err error) {
	if s.Change, err = s.ServerFlags.change(); err != nil {
		return err
	}
	if err := s.add(&s.Change); err != nil {
		return err
	}
	if s.Preset == "" && s.Given != nil && *s.Given {
		s.Preset = givenPreset
	}
	if s.Change.Preset, err = s.fromPreset(s.URL); err != nil {
		return err
	}
	switch {
	case s.Change.Preset != nil:
	case s.URL == "":
		return usageError("cli.usage.server.url", nil)
	default:
		if err := setAddress(&s.Change, s.URL); err != nil {
			return err
		}
	}
	return errors.Join(s.checkSignIn(&s.ServerFlags), checkServer(changed(uploader.Server{}, s.Change)))
}

// Advise prints to out which preset fits the URL, if one does and none was chosen.
func (s *ServerAdd) Advise(out io.Writer) {
	preset, _, ok := presets.Recognise(s.URL)
	if ok && s.Preset == "" {
		fmt.Fprintln(out, words.Text("cli.preset.advice", words.Data{"Title": words.Text(preset.TextKey()), "Name": preset.Name}))
	}
}

// complete sets Change and validates the arguments.
func (s *ServerEdit) complete() (err error) {
	if s.Preset != "" || len(s.Set) > 0 {
		return usageError("cli.usage.edit.preset", nil)
	}
	if s.Change, err = s.ServerFlags.change(); err != nil {
		return err
	}
	if err := s.add(&s.Change); err != nil {
		return err
	}
	if s.URL != "" {
		if err := setAddress(&s.Change, s.URL); err != nil {
			return err
		}
	}
	if s.NoSignIn {
		if s.Change.SignIn != nil || len(s.Header)+len(s.HeaderFile) > 0 {
			return usageError("cli.usage.sign-in", nil)
		}
		s.Change.SignIn, s.Change.User = new(uploader.SignInNone), new("")
	}
	return s.checkSignIn(&s.ServerFlags)
}

// SavedHeaders are the flags for header fields that are saved as the sign-in of a server.
type SavedHeaders struct {
	Header     []string `placeholder:"'K: V'" sep:"none" help:"${help_header_saved}"`
	HeaderFile []string `placeholder:"FILE" sep:"none" help:"${help_header_file_saved}"`
}

// checkSignIn validates the header fields, as far as that is possible without reading
// anything.
func (h *SavedHeaders) checkSignIn(f *ServerFlags) error {
	if len(h.Header)+len(h.HeaderFile) > 0 && (f.Bearer || f.User != "") {
		return usageError("cli.usage.sign-in", nil)
	}
	return (*Headers)(h).check("any", nil)
}
