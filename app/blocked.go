package app

import (
	"cmp"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// blockedServers asks for what a server waits for: a sign-in, a passphrase, other
// settings, or another attempt. It lives on the UI's goroutine.
type blockedServers struct {
	bridge *bridge.Bridge
	edit   func(uploader.Server)
	signIn func(uploader.Server)
	unlock func(then func())

	openReceived func() // shows the folder of the built-in receiver
}

// banner is the text and the buttons for what a server waits for; empty for none.
func (b *blockedServers) banner(blocked view.Blocked) widgets.BannerModel {
	if blocked.Fault == nil {
		return widgets.BannerModel{}
	}
	again := widgets.BannerButton{Label: words.Text("blocked.again"), OnTapped: func() { b.bridge.Send(uploader.Unblock{Server: blocked.Server.ID}, nil) }}
	edit := widgets.BannerButton{Label: words.Text("blocked.edit"), OnTapped: func() { b.edit(blocked.Server) }}
	model := widgets.BannerModel{Icon: theme.IconError, Tone: theme.Warning, Buttons: []widgets.BannerButton{edit, again}}
	name := words.Data{"Server": words.Server(blocked.Server)}
	what := words.Fault(blocked.Fault, words.Subject{Server: words.Server(blocked.Server)}).What
	switch {
	case blocked.Fault.Code == fault.CodeKeyringLocked:
		model.Icon = theme.IconKey
		model.Buttons = []widgets.BannerButton{{Label: words.Text("blocked.unlock"), OnTapped: func() { b.unlock(again.OnTapped) }}}
	case blocked.Fault.Kind == fault.Auth && blocked.Fault.Code != fault.CodeProxySignIn && blocked.Fault.Code != fault.CodeKeyringFailed:
		model.Icon = theme.IconKey
		model.Buttons = []widgets.BannerButton{{Label: words.Text("blocked.sign-in"), OnTapped: func() { b.signIn(blocked.Server) }}}
		if blocked.Fault.Code == "" {
			what = words.Text("blocked.auth", name)
		}
	case blocked.Fault.Code == fault.CodeReceiverDisk || blocked.Fault.Code == fault.CodeReceiverFull:
		model.Buttons = []widgets.BannerButton{again, {Label: words.Text("top.open-received"), OnTapped: b.openReceived}}
	case blocked.Fault.Kind == fault.Quota:
		model.Buttons = []widgets.BannerButton{again}
	case blocked.Fault.Code == fault.CodeKeyringFailed:
		model.Buttons = []widgets.BannerButton{again, edit}
	}
	model.Text = what
	if blocked.Waiting > 0 {
		model.Text = words.Text("blocked.text", words.Data{"What": what, "Wait": words.Count("blocked.waiting", blocked.Waiting)})
	}
	return model
}

// resolve does what the first button of the banner does, for the server of a transfer.
func (b *blockedServers) resolve(t *uploader.Transfer) {
	s := b.bridge.Snapshot()
	server, known := s.Server(t.Server)
	why := cmp.Or(s.Blocked[t.Server], t.Fault)
	if known && why != nil {
		b.banner(view.Blocked{Server: server, Fault: why}).Buttons[0].OnTapped()
	}
}
