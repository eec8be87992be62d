package app

import (
	"context"
	"strings"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// noteCopied is the key of the notification about a copied link.
const noteCopied = "copied"

// copyLinks copies the links to finished files to the clipboard, one per line.
func (a *transferActions) copyLinks(transfers []*uploader.Transfer) {
	links := make([]string, len(transfers))
	for i, t := range transfers {
		links[i] = view.Link(a.bridge.Snapshot(), t)
	}
	a.clipboard().SetContent(strings.Join(links, "\n"))
	a.window.showMessage(words.Count("link.copied", len(links)))
}

// copyPriorLink copies the URL of an earlier upload of the same file, which is in the list or
// only in the history.
func (a *transferActions) copyPriorLink(t *uploader.Transfer) {
	if prior := a.bridge.Snapshot().Transfer(t.EarlierUpload); prior != nil {
		a.copyLinkOf(prior)
		return
	}
	a.bridge.Run(func(ctx context.Context) {
		found, err := a.findHistory(ctx, uploader.HistoryQuery{IDs: []uploader.TransferID{t.EarlierUpload}})
		a.bridge.Post(func() {
			switch {
			case err != nil:
				a.window.showMessage(view.ErrorText(err))
			case len(found) == 0:
				a.window.showMessage(words.Text("link.gone"))
			default:
				a.copyLinkOf(&found[0])
			}
		})
	})
}

func (a *transferActions) copyLinkOf(prior *uploader.Transfer) {
	if view.Link(a.bridge.Snapshot(), prior) == "" {
		a.window.showMessage(words.Text("link.none"))
		return
	}
	a.copyLinks([]*uploader.Transfer{prior})
}

// chooseRecent copies the link of a finished upload, or shows the file if the built-in
// receiver received it.
func (a *transferActions) chooseRecent(r view.RecentUpload) {
	snapshot := a.bridge.Snapshot()
	t := snapshot.Transfer(r.ID)
	switch {
	case t == nil:
	case r.Received:
		a.opener.reveal(t)
	case view.Link(snapshot, t) != "":
		a.copyLinks([]*uploader.Transfer{t})
		if !a.window.visible {
			a.notify(platform.Notification{Key: noteCopied, Title: words.Count("link.copied", 1), Body: words.Printable(t.Source.Name())})
		}
	}
}
