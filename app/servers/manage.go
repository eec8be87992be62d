package servers

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Manage opens the list of servers, to change and remove them.
func (s *Manager) Manage() {
	var box *dialog.Dialog
	leave := func() { box.Hide() }
	page := dialog.NewPage()
	r := form.Host{Close: leave, Reveal: page.Reveal}
	rows := container.NewVBox()
	var first fyne.Focusable
	for _, server := range s.config.Bridge.Snapshot().Servers {
		if server.Builtin() {
			continue
		}
		edit := form.NewButton(r, words.Text("servers.edit"), theme.Icon(theme.IconSettings), func() { leave(); s.Edit(server) })
		remove := form.NewButton(r, words.Text("servers.remove"), theme.Icon(theme.IconRemove), func() { leave(); s.Remove(server) })
		if first == nil {
			first = edit
		}
		name := widget.NewLabel(words.Server(server))
		name.Truncation = fyne.TextTruncateEllipsis
		host := widget.NewRichText()
		host.Truncation = fyne.TextTruncateEllipsis
		form.SetText(host, words.Printable(hostOf(server.Endpoint)), theme.Muted)
		text := container.New(layout.NewCustomPaddedVBoxLayout(-theme.Grid(3)), name, host)
		icon := container.NewCenter(widget.NewIcon(theme.Icon(view.ServerIcon(server))))
		rows.Add(container.NewBorder(nil, widget.NewSeparator(), icon, container.NewCenter(container.NewHBox(edit, remove)), text))
	}
	add := form.NewDialogButton(words.Text("servers.add"), func() { leave(); s.Add() }, leave)
	add.Icon, add.Importance = theme.Icon(theme.IconAdd), widget.HighImportance
	if first == nil {
		first = add
		rows.Add(widget.NewLabel(words.Text("servers.none")))
	}
	page.SetObjects(rows)
	box = dialog.New(s.config.Dialogs.Canvas(), words.Text("servers.title"), page, add, layout.NewSpacer(), form.NewDialogButton(words.Text("servers.close"), leave, leave))
	box.SetSize(fyne.NewSize(theme.Grid(140), 0))
	s.config.Dialogs.Present(box)
	s.config.Dialogs.Canvas().Focus(first)
}

// Remove removes a server after a confirmation, unless uploads to it are unfinished.
func (s *Manager) Remove(server uploader.Server) {
	name := words.Data{"Server": words.Server(server)}
	waiting := 0
	for _, t := range s.config.Bridge.Snapshot().Transfers {
		if t.Server == server.ID && t.Unfinished() {
			waiting++
		}
	}
	if waiting > 0 {
		s.config.Dialogs.Ask(form.Question{
			Title: words.Text("servers.busy.title"), Text: words.Count("servers.busy.text", waiting, name),
			Answers: []form.Answer{{Label: words.Text("servers.close")}},
		})
		return
	}
	s.config.Dialogs.Ask(form.Question{
		Title: words.Text("servers.removing.title", name), Text: words.Text("servers.removing.text"),
		Answers: []form.Answer{
			{Label: words.Text("servers.removing.no")},
			{Label: words.Text("servers.removing.yes"), Importance: widget.DangerImportance, Do: func() { s.sendRemoval(server) }},
		},
	})
}

func (s *Manager) sendRemoval(server uploader.Server) {
	s.config.Bridge.Send(uploader.RemoveServer{ID: server.ID}, func(err error) {
		if err != nil {
			s.config.Bridge.Report(err)
			return
		}
		s.config.Bridge.Post(func() { s.deleteSecret(server) })
	})
}

// deleteSecret deletes the secret of a removed server from the keyring.
func (s *Manager) deleteSecret(server uploader.Server) {
	if server.Access.SecretName == "" {
		return
	}
	s.config.Bridge.Run(func(ctx context.Context) {
		if err := s.config.Access.Delete(ctx, server.Access.SecretName); err != nil {
			s.config.Log.Warn("secret not deleted from the keyring", "error", err)
		}
	})
}
