package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	ftheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/uploader"
)

type notice struct {
	content *fyne.Container
	text    *widget.Label
	yes, no *widget.Button
}

func newNotice() *notice {
	n := &notice{text: widget.NewLabel(""), yes: widget.NewButton("", nil), no: widget.NewButton("", nil)}
	n.content = container.NewBorder(nil, nil, nil, container.NewHBox(n.no, n.yes), n.text)
	n.content.Hide()
	return n
}

func (n *notice) continuing(text string) {
	if text == "" {
		return
	}
	n.text.SetText(text)
	n.content.Show()
}

func (n *notice) ask(text string, yes, no func()) {
	n.text.SetText(text)
	n.yes.OnTapped = yes
	n.no.OnTapped = no
	n.content.Show()
}
func (n *notice) hide()                   { n.content.Hide() }
func (n *notice) show(*uploader.Snapshot) {}

func trayIcon(m mood) fyne.Resource { return ftheme.UploadIcon() }

func (n *notice) said() string {
	if !n.content.Visible() {
		return ""
	}
	return n.text.Text
}
func (n *notice) agree() { n.yes.OnTapped() }
