package app

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// askExists asks what becomes of files whose names exist on their server. The answer is for
// the selected files, or for all files of their batch.
func (a *transferActions) askExists(s view.Selection) {
	asked := s.Allowed(view.ActionExists)
	first := asked[0]
	if a.asksMore(s) {
		a.decisions.show(first.ID)
		return
	}
	server, _ := a.bridge.Snapshot().ServerInUse(first.Server)
	data := words.Data{"Name": view.TransferName(first), "Server": words.Server(server), "NewName": words.Printable(first.NextName())}
	targets := s.Targets(view.ActionExists)
	var more fyne.CanvasObject
	if others := a.othersInBatch(first); len(s.Batches) == 0 && others > 0 {
		all := widget.NewCheck(words.Count("exists.all", others), func(all bool) {
			targets = s.Targets(view.ActionExists)
			if all {
				targets = []uploader.Target{{Batch: first.Batch}}
			}
		})
		more = form.Outdent(all)
	}
	resolve := func(policy uploader.ExistsPolicy) func() {
		return func() {
			for _, target := range targets {
				a.bridge.Send(uploader.ResolveExists{Target: target, Policy: policy}, nil)
			}
		}
	}
	answers := []form.Answer{
		{Label: words.Text("cancel")},
		{Label: words.Text("exists.skip"), Do: resolve(uploader.ExistsSkip)},
		{Label: words.Text("exists.rename"), Importance: widget.HighImportance, Do: resolve(uploader.ExistsRename)},
	}
	if server.Options.CanOverwrite() {
		answers = append(answers, form.Answer{Label: words.Text("exists.overwrite"), Importance: widget.DangerImportance, Do: resolve(uploader.ExistsOverwrite)})
	}
	title, text := words.Text("exists.title", data), words.Text("exists.text", data)
	if len(asked) > 1 {
		title = words.Count("exists.title.several", len(asked), data)
	}
	a.dialogs.Ask(form.Question{Title: title, Text: text, More: more, Answers: answers})
}

// asksMore reports whether more waits for a decision than the question about the selection
// can decide.
func (a *transferActions) asksMore(s view.Selection) bool {
	decidable := func(t *uploader.Transfer) bool {
		return t.NameExists() && (t.Batch == s.Allowed(view.ActionExists)[0].Batch || slices.Contains(s.All, t))
	}
	for t := range a.snapshot().Transfers.Values() {
		if view.NeedsDecision(t) && !decidable(t) {
			return true
		}
	}
	return false
}

// othersInBatch returns the number of other files in the batch of a transfer that are not
// final or need the same decision.
func (a *transferActions) othersInBatch(t *uploader.Transfer) int {
	others := 0
	for other := range a.bridge.Snapshot().Transfers.Values() {
		if other.Batch == t.Batch && other.ID != t.ID && (other.Unfinished() || other.NameExists()) {
			others++
		}
	}
	return others
}
