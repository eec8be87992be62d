package app

import (
	"slices"

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

// chooseServer offers the other servers for the files of a selection.
func (a *transferActions) chooseServer(selected view.Selection) {
	s := a.bridge.Snapshot()
	var box *dialog.Dialog
	hide := func() { box.Hide() }
	list := container.NewVBox()
	question := elsewhereQuestion(s, selected)
	question.More = container.New(layout.NewCustomPaddedLayout(0, 0, theme.Grid(2), theme.Grid(2)), list) // a question moves text to the left
	for i, server := range otherServers(s, selected) {
		name := view.Shorten(words.Server(server), view.MaxNameLength)
		button := form.NewDialogButton(name, func() { hide(); a.sendTo(server.ID, selected) }, hide)
		button.Icon, button.Alignment = theme.Icon(view.ServerIcon(server)), widget.ButtonAlignLeading
		if i == 0 {
			button.Importance, question.Focus = widget.HighImportance, button
		}
		list.Add(button)
	}
	question.Answers = []form.Answer{{Label: words.Text("cancel")}, {Label: words.Text("top.add-server"), Do: a.addServer}}
	box = a.dialogs.Ask(question)
}

// elsewhereQuestion returns the title and the text of the question for a server.
func elsewhereQuestion(s *uploader.Snapshot, selected view.Selection) form.Question {
	q := form.Question{Title: words.Count("elsewhere.title.several", len(selected.All)), Text: words.Text("elsewhere.text.again")}
	if len(selected.All) == 1 {
		q.Title = words.Text("elsewhere.title", words.Data{"Name": view.TransferName(selected.All[0])})
	}
	if refused := replaced(s, selected); len(refused) == len(selected.All) && len(refused) > 0 {
		server, _ := s.Server(refused[0].Server)
		q.Text = words.Text("elsewhere.text", words.Data{"Server": words.Server(server)})
	}
	return q
}

// otherServers returns the servers to which the files of a selection can be sent: not one
// that all of them are for, and none for which each file needs its own upload URL. The built-in
// receiver is the last one.
func otherServers(s *uploader.Snapshot, selected view.Selection) []uploader.Server {
	var others []uploader.Server
	for _, server := range s.Servers {
		if !server.Options.GivenURL && !allFor(server.ID, s, selected) {
			others = append(others, server)
		}
	}
	slices.SortStableFunc(others, func(a, b uploader.Server) int {
		switch {
		case a.Builtin() == b.Builtin():
			return 0
		case a.Builtin():
			return 1
		default:
			return -1
		}
	})
	return others
}

// allFor reports whether everything selected is for one server.
func allFor(server uploader.ServerID, s *uploader.Snapshot, selected view.Selection) bool {
	for _, t := range selected.All {
		if t.Server != server {
			return false
		}
	}
	for _, id := range selected.Batches {
		if b := s.Batches[id]; b != nil && b.Server != server {
			return false
		}
	}
	return true
}

// replaced returns the selected transfers that an upload to another server replaces: those
// that are too large for their server, of which it holds nothing.
func replaced(s *uploader.Snapshot, selected view.Selection) []*uploader.Transfer {
	var refused []*uploader.Transfer
	for _, t := range selected.Transfers {
		if view.TooLarge(t) && s.AtRisk(t) == 0 {
			refused = append(refused, t)
		}
	}
	return refused
}

// sendTo uploads the files of a selection to another server, batch by batch, so that the
// paths in a folder are kept. Transfers that are too large for their server are removed,
// which can be undone; all others stay as they are.
func (a *transferActions) sendTo(server uploader.ServerID, selected view.Selection) {
	s := a.bridge.Snapshot()
	if refused := replaced(s, selected); len(refused) > 0 {
		a.removals.remove(view.SelectionOf(refused...))
	}
	for _, id := range selected.Batches {
		if b := s.Batches[id]; b != nil {
			a.adder.addTo(server, b.Roots, 0)
		}
	}
	if len(selected.Transfers) == 0 {
		return
	}
	paths := make([]string, len(selected.Transfers))
	for i, t := range selected.Transfers {
		paths[i] = t.Source.Path
	}
	a.adder.addTo(server, paths, 0)
}
