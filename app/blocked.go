package app

import (
	"cmp"
	"strings"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/servers"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// blockedServers asks the user for what a blocked server requires: a sign-in, a
// passphrase, other settings, or a retry. It must be used on the UI goroutine.
type blockedServers struct {
	bridge  *bridge.Bridge
	edit    func(uploader.Server)
	signIn  func(uploader.Server, *fault.Fault)
	unlock  func(then func())
	dialogs *form.Dialogs

	openReceived func() // shows the folder of the built-in receiver
}

// banner returns the banner for a blocked server; the zero value for none.
func (b *blockedServers) banner(blocked view.Blocked) widgets.BannerModel {
	if blocked.Fault == nil {
		return widgets.BannerModel{}
	}
	retry := widgets.BannerButton{Label: words.Text("blocked.again"), OnTapped: func() { b.bridge.Send(uploader.Unblock{Server: blocked.Server.ID}, nil) }}
	edit := widgets.BannerButton{Label: words.Text("blocked.edit"), OnTapped: func() { b.edit(blocked.Server) }}
	model := widgets.BannerModel{Icon: theme.IconError, Tone: theme.Warning, Buttons: []widgets.BannerButton{edit, retry}}
	name := words.Data{"Server": words.Server(blocked.Server)}
	what := words.Fault(blocked.Fault, words.Subject{Server: words.Server(blocked.Server)}).What
	switch {
	case blocked.Fault.Code == fault.CodeKeyringLocked:
		model.Icon = theme.IconKey
		model.Buttons = []widgets.BannerButton{{Label: words.Text("blocked.unlock"), OnTapped: func() { b.unlock(retry.OnTapped) }}}
	case isSignIn(blocked.Fault):
		model.Icon = theme.IconKey
		model.Buttons = []widgets.BannerButton{{Label: words.Text("blocked.sign-in"), OnTapped: func() { b.signIn(blocked.Server, blocked.Fault) }}}
		if blocked.Fault.Code == "" {
			what = words.Text("blocked.auth", name)
		}
	case blocked.Fault.Code == fault.CodeReceiverDisk || blocked.Fault.Code == fault.CodeReceiverUnsafe || blocked.Fault.Code == fault.CodeReceiverFull:
		model.Buttons = []widgets.BannerButton{retry, {Label: words.Text("top.open-received"), OnTapped: b.openReceived}}
	case blocked.Fault.Code == fault.CodeHostNotAllowed:
		allow := widgets.BannerButton{Label: words.Text("blocked.host"), OnTapped: func() { b.askAboutHost(blocked) }}
		model.Buttons = []widgets.BannerButton{allow, edit}
	case blocked.Fault.Code == fault.CodeRedirected:
		moved := blocked.Server
		moved.Endpoint = blocked.Fault.Detail
		use := widgets.BannerButton{Label: words.Text("blocked.address"), OnTapped: func() { b.edit(moved) }}
		model.Buttons = []widgets.BannerButton{use, retry}
	case blocked.Fault.Kind == fault.Quota:
		model.Buttons = []widgets.BannerButton{retry}
	case blocked.Fault.Code == fault.CodeKeyringFailed:
		model.Buttons = []widgets.BannerButton{retry, edit}
	}
	model.Text = what
	if blocked.Waiting > 0 {
		model.Text = words.Text("blocked.text", words.Data{"What": what, "Wait": words.Count("blocked.waiting", blocked.Waiting)})
	}
	return model
}

// isSignIn reports whether a sign-in to the server resolves a fault, or may resolve it.
func isSignIn(f *fault.Fault) bool {
	return f.Forbidden() || f.Kind == fault.Auth && f.Code != fault.CodeProxySignIn && f.Code != fault.CodeKeyringFailed
}

// askAboutHost asks whether requests for a server may be sent to another host, which the
// server uses.
func (b *blockedServers) askAboutHost(blocked view.Blocked) {
	b.dialogs.Ask(servers.HostQuestion(words.Server(blocked.Server), blocked.Fault.Detail, func() {
		server := blocked.Server
		server.Options.AllowedHosts = strings.TrimSpace(server.Options.AllowedHosts + " " + blocked.Fault.Detail)
		b.bridge.Send(uploader.SaveServer{Server: server}, nil)
	}))
}

// resolve does what the banner's first button does, for the server of a transfer.
func (b *blockedServers) resolve(t *uploader.Transfer) {
	s := b.bridge.Snapshot()
	server, known := s.Server(t.Server)
	f := cmp.Or(s.Blocked[t.Server], t.Fault)
	if known && f != nil {
		b.banner(view.Blocked{Server: server, Fault: f}).Buttons[0].OnTapped()
	}
}
