package app

import (
	"slices"

	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// repeatedErrors offers what resolves an error that many files have, for all of them. It
// must be used on the UI goroutine.
type repeatedErrors struct {
	window *window
	act    func(view.Action, view.Selection)
}

// banner returns the banner about a group of errors. Its buttons apply to those transfers
// that have the error when they are pressed.
func (r *repeatedErrors) banner(g view.ErrorGroup) widgets.BannerModel {
	return widgets.BannerModel{
		Icon: theme.IconError, Tone: theme.Warning, Text: words.Sentences(g.Text()+words.Text("errors.end"), g.Hint(r.window.list.Snapshot)),
		Buttons: []widgets.BannerButton{
			{Label: g.Label(), OnTapped: func() { r.act(g.Action(), g.Selection(slices.Collect(r.window.list.Snapshot.Transfers.Values()))) }},
			{Label: words.Text("errors.show"), OnTapped: func() { r.window.setFilter(view.FilterAttention) }},
		},
	}
}
