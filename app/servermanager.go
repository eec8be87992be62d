package app

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// manageServers lists the servers, to change and remove them.
func (f *ferry) manageServers() {
	var box *dialog.Dialog
	leave := func() { box.Hide() }
	page := dialog.NewPage()
	r := reach{leave: leave, reveal: page.Reveal}
	rows := container.NewVBox()
	var first fyne.Focusable
	for _, server := range f.snapshot().Servers {
		if server.Builtin() {
			continue
		}
		edit := newPress(r, words.Say("servers.edit"), theme.Icon(theme.IconSettings), func() { leave(); f.openServer(server) })
		remove := newPress(r, words.Say("servers.remove"), theme.Icon(theme.IconRemove), func() { leave(); f.removeServer(server) })
		if first == nil {
			first = edit
		}
		name := widget.NewLabel(words.Server(server))
		name.Truncation = fyne.TextTruncateEllipsis
		host := widget.NewRichText()
		host.Truncation = fyne.TextTruncateEllipsis
		tell(host, words.Printable(hostAt(server.Endpoint)), theme.Muted)
		text := container.New(layout.NewCustomPaddedVBoxLayout(-theme.Grid(3)), name, host)
		icon := container.NewCenter(widget.NewIcon(serverIcon(server)))
		rows.Add(container.NewBorder(nil, widget.NewSeparator(), icon, container.NewCenter(container.NewHBox(edit, remove)), text))
	}
	add := newChoice(words.Say("servers.add"), func() { leave(); f.askServer() }, leave)
	add.Icon, add.Importance = theme.Icon(theme.IconAdd), widget.HighImportance
	if first == nil {
		first = add
		rows.Add(widget.NewLabel(words.Say("servers.none")))
	}
	page.SetObjects(rows)
	box = dialog.New(f.window.window.Canvas(), words.Say("servers.title"), page, add, layout.NewSpacer(), newChoice(words.Say("servers.close"), leave, leave))
	box.SetSize(fyne.NewSize(theme.Grid(140), 0))
	f.present(box)
	f.window.window.Canvas().Focus(first)
}

// removeServer asks before a server goes, and says why one cannot.
func (f *ferry) removeServer(server uploader.Server) {
	name := words.Data{"Server": words.Server(server)}
	waiting := 0
	for _, t := range f.snapshot().Transfers {
		if t.Server == server.ID && t.Unfinished() {
			waiting++
		}
	}
	if waiting > 0 {
		f.ask(words.Say("servers.busy.title"), words.Count("servers.busy.text", waiting, name), answer{label: words.Say("servers.close")})
		return
	}
	f.ask(words.Say("servers.removing.title", name), words.Say("servers.removing.text"),
		answer{label: words.Say("servers.removing.no")},
		answer{label: words.Say("servers.removing.yes"), importance: widget.DangerImportance, do: func() {
			f.order(uploader.RemoveServer{ID: server.ID}, func(err error) {
				if err != nil {
					f.errands.post(func() { f.window.warn(sentenceOf(err)) })
					return
				}
				f.errands.post(func() { f.forgetSecret(server) })
			})
		}})
}

// forgetSecret takes what the keyring holds of a server that is gone.
func (f *ferry) forgetSecret(server uploader.Server) {
	if server.Access.Secret == "" {
		return
	}
	f.errands.run(func(ctx context.Context) {
		if err := f.config.Access.Delete(ctx, server.Access.Secret); err != nil {
			f.config.Log.Warn("secret stays in the keyring", "error", err)
		}
	})
}
