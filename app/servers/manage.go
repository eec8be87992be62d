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

// Manage opens the list of servers, where they can be changed and removed.
func (m *Manager) Manage() {
	var box *dialog.Dialog
	hide := func() { box.Hide() }
	page := dialog.NewPage()
	host := form.Host{Close: hide, Reveal: page.Reveal}
	rows := container.NewVBox(m.rows(host, hide)...)
	add := form.NewDialogButton(words.Text("servers.add"), func() { hide(); m.Add() }, hide)
	add.Icon, add.Importance = theme.Icon(theme.IconAdd), widget.HighImportance
	var first fyne.Focusable = add
	if button := firstButton(rows.Objects); button != nil {
		first = button
	}
	page.SetObjects(rows)
	box = dialog.New(m.config.Dialogs.Canvas(), words.Text("servers.title"), page, add, layout.NewSpacer(), form.NewDialogButton(words.Text("servers.close"), hide, hide))
	box.SetSize(fyne.NewSize(theme.Grid(140), 0))
	m.config.Dialogs.Present(box)
	m.config.Dialogs.Canvas().Focus(first)
}

// Page returns the list of servers for a page of another dialog, with a button that adds one.
// Leave closes that dialog.
func (m *Manager) Page(host form.Host, leave func()) []fyne.CanvasObject {
	add := form.NewButton(host, words.Text("servers.add"), theme.Icon(theme.IconAdd), func() { leave(); m.Add() })
	return append(m.rows(host, leave), container.NewHBox(add))
}

// rows returns a row for each server but the built-in one, with buttons that change and
// remove it; a text if there is none. Leave closes the dialog that contains them.
func (m *Manager) rows(host form.Host, leave func()) []fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for _, server := range m.config.Bridge.Snapshot().Servers {
		if server.Builtin() {
			continue
		}
		edit := form.NewButton(host, words.Text("servers.edit"), theme.Icon(theme.IconSettings), func() { leave(); m.Edit(server) })
		remove := form.NewButton(host, words.Text("servers.remove"), theme.Icon(theme.IconRemove), func() { leave(); m.Remove(server) })
		name := widget.NewLabel(words.Server(server))
		name.Truncation = fyne.TextTruncateEllipsis
		address := widget.NewRichText()
		address.Truncation = fyne.TextTruncateEllipsis
		form.SetText(address, words.Address(server.Endpoint), theme.Muted)
		text := container.New(layout.NewCustomPaddedVBoxLayout(-theme.Grid(3)), name, address)
		icon := container.NewCenter(widget.NewIcon(theme.Icon(view.ServerIcon(server))))
		buttons := container.NewHBox(edit, remove)
		rows = append(rows, container.NewBorder(nil, widget.NewSeparator(), icon, container.NewCenter(buttons), text))
	}
	if len(rows) == 0 {
		return []fyne.CanvasObject{widget.NewLabel(words.Text("servers.none"))}
	}
	return rows
}

// firstButton returns the first button in the objects, at any depth; nil if there is none.
func firstButton(objects []fyne.CanvasObject) *form.Button {
	for _, object := range objects {
		switch object := object.(type) {
		case *form.Button:
			return object
		case *fyne.Container:
			if button := firstButton(object.Objects); button != nil {
				return button
			}
		}
	}
	return nil
}

// Remove removes a server after the user has confirmed it. It shows an error if there are
// unfinished uploads to the server.
func (m *Manager) Remove(server uploader.Server) {
	name := words.Data{"Server": words.Server(server)}
	unfinished := 0
	for t := range m.config.Bridge.Snapshot().Transfers.Values() {
		if t.Server == server.ID && t.Unfinished() {
			unfinished++
		}
	}
	if unfinished > 0 {
		m.config.Dialogs.Ask(form.Question{
			Title: words.Text("servers.busy.title"), Text: words.Count("servers.busy.text", unfinished, name),
			Answers: []form.Answer{{Label: words.Text("servers.close")}},
		})
		return
	}
	m.config.Dialogs.Ask(form.Question{
		Title: words.Text("servers.removing.title", name), Text: words.Text("servers.removing.text"),
		Answers: []form.Answer{
			{Label: words.Text("servers.removing.no")},
			{Label: words.Text("servers.removing.yes"), Importance: widget.DangerImportance, Do: func() { m.sendRemoval(server) }},
		},
	})
}

// sendRemoval removes a server from the engine, and then its secret.
func (m *Manager) sendRemoval(server uploader.Server) {
	m.config.Bridge.Send(uploader.RemoveServer{ID: server.ID}, func(err error) {
		if err != nil {
			m.config.Bridge.Report(err)
			return
		}
		m.config.Bridge.Post(func() { m.deleteSecret(server) })
	})
}

// deleteSecret deletes the secrets of a removed server from the keyring.
func (m *Manager) deleteSecret(server uploader.Server) {
	if server.Access.SecretName == "" {
		return
	}
	m.config.Bridge.Run(func(ctx context.Context) {
		if err := m.config.Access.Delete(ctx, server.Access.SecretName); err != nil {
			m.config.Log.Warn("secret not deleted from the keyring", "err", err)
		}
	})
}
