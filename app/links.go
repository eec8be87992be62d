package app

import (
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

// copyPriorLink copies the URL of an earlier upload of the same file.
func (a *transferActions) copyPriorLink(t *uploader.Transfer) {
	snapshot := a.bridge.Snapshot()
	prior := snapshot.Transfer(t.EarlierUpload)
	switch {
	case prior == nil:
		a.window.showMessage(words.Text("link.gone"))
	case view.Link(snapshot, prior) == "":
		a.window.showMessage(words.Text("link.none"))
	default:
		a.copyLinks([]*uploader.Transfer{prior})
	}
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
