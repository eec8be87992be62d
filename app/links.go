package app

import (
	"strings"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

const noteCopied = "copied"

// copyLinks copies the URLs of finished uploads to the clipboard, one per line.
func (a *transferActions) copyLinks(transfers []*uploader.Transfer) {
	links := make([]string, len(transfers))
	for i, t := range transfers {
		links[i] = linkOf(t)
	}
	a.clipboard().SetContent(strings.Join(links, "\n"))
	a.window.warn(words.Count("link.copied", len(links)))
}

// copyPriorLink copies the URL of an earlier upload of the same file.
func (a *transferActions) copyPriorLink(t *uploader.Transfer) {
	prior := a.bridge.Snapshot().Transfer(t.Prior)
	if prior == nil || linkOf(prior) == "" {
		a.window.warn(words.Say("link.gone"))
		return
	}
	a.copyLinks([]*uploader.Transfer{prior})
}

// takeRecent copies the link of a finished upload, or shows the file if this computer
// received it.
func (a *transferActions) takeRecent(r recent) {
	t := a.bridge.Snapshot().Transfer(r.id)
	switch {
	case t == nil:
	case r.here:
		a.opener.reveal(t)
	case linkOf(t) != "":
		a.copyLinks([]*uploader.Transfer{t})
		if !a.window.visible {
			a.notify(platform.Note{Key: noteCopied, Title: words.Count("link.copied", 1), Body: words.Printable(t.Source.Name())})
		}
	}
}

// located handles the result of a Relocate command. A file that cannot be proved to be
// the missing one is added like any other, and is asked about then.
func (a *transferActions) located(t *uploader.Transfer, path string, err error) {
	switch {
	case err == nil || fault.Stopped(err):
	case fault.Is(err, fault.Several):
		a.adding.addTo(t.Server, []string{path}, 0)
	case fault.Is(err, fault.Mismatch):
		a.window.warn(words.Say("locate.other"))
	default:
		a.window.warn(sentenceOf(err))
	}
}
