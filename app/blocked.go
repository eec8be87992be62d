package app

import (
	"maps"
	"slices"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// blockade is a server that waits for a person, and for what.
type blockade struct {
	server  uploader.Server
	fault   *fault.Fault
	waiting int // uploads
}

// blockadeOf is the first server that waits for a person; its fault is nil when
// none does.
func blockadeOf(s *uploader.Snapshot) blockade {
	for _, id := range slices.Sorted(maps.Keys(s.Blocked)) {
		server, known := s.Server(id)
		if !known {
			continue
		}
		b := blockade{server: server, fault: s.Blocked[id]}
		for _, t := range s.Transfers {
			if t.Server == id && t.Intent == uploader.IntentRun && (t.Unfinished() || t.State() == uploader.StateSignIn || t.Fault == b.fault) {
				b.waiting++
			}
		}
		return b
	}
	return blockade{}
}

// banner says what the server waits for, with the button that does it.
func (f *ferry) bannerOf(b blockade) widgets.BannerModel {
	if b.fault == nil {
		return widgets.BannerModel{}
	}
	again := widgets.BannerButton{Label: words.Say("blocked.again"), OnTapped: func() { f.order(uploader.SignedIn{Server: b.server.ID}, nil) }}
	edit := widgets.BannerButton{Label: words.Say("blocked.edit"), OnTapped: func() { f.openServer(b.server) }}
	model := widgets.BannerModel{Icon: theme.IconError, Tone: theme.Warning, Buttons: []widgets.BannerButton{edit, again}}
	name := words.Data{"Server": words.Server(b.server)}
	what := words.Fault(b.fault, words.Subject{Server: words.Server(b.server)}).What
	switch {
	case b.fault.Code == fault.CodeLocked:
		model.Icon = theme.IconKey
		model.Buttons = []widgets.BannerButton{{Label: words.Say("blocked.unlock"), OnTapped: func() {
			f.askPassphrase(again.OnTapped)
		}}}
	case b.fault.Kind == fault.Auth && b.fault.Code != fault.CodeProxy && b.fault.Code != fault.CodeKeyring:
		model.Icon = theme.IconKey
		model.Buttons = []widgets.BannerButton{{Label: words.Say("blocked.sign-in"), OnTapped: func() { f.signIn(b.server) }}}
		if b.fault.Code == "" {
			what = words.Say("blocked.auth", name)
		}
	case b.fault.Kind == fault.Quota:
		model.Buttons = []widgets.BannerButton{again}
	case b.fault.Code == fault.CodeKeyring:
		model.Buttons = []widgets.BannerButton{again, edit}
	}
	model.Text = what
	if b.waiting > 0 {
		model.Text = words.Say("blocked.text", words.Data{"What": what, "Wait": words.Count("blocked.waiting", b.waiting)})
	}
	return model
}

// signIn asks for the sign-in of a server. One that had none so far is offered the
// most usual kind.
func (f *ferry) signIn(server uploader.Server) {
	f.openServer(server)
	if server.Access.SignIn == uploader.SignInNone {
		f.asking.signIn.SetSelectedIndex(slices.Index(signIns, uploader.SignInBearer))
		f.window.window.Canvas().Focus(f.asking.secret)
	}
}
