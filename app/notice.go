package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// notice is the place under the top bar for what concerns all uploads: trouble
// with this computer's disk, news of the profile, a question from the start, a
// server that waits for a person, what is being counted, and a greeting from the
// start, the first of them that there is. It lives on the UI's goroutine.
type notice struct {
	content  *fyne.Container
	banner   *widgets.Banner
	relayout func() // gives the list the room, or takes it, when the notice goes or comes

	greeting widgets.BannerModel // without text there is none
	fleeting bool                // the greeting goes when nothing moves any more
	news     widgets.BannerModel // of the profile itself; without text there is none
	counting widgets.BannerModel // what is being looked through; without text there is nothing
	blocked  widgets.BannerModel // a server that waits for a person; without text there is none
	barrier  blockade            // that it is of
	blocker  func(blockade) widgets.BannerModel
	trouble  *fault.Fault
}

func newNotice(blocker func(blockade) widgets.BannerModel) *notice {
	n := &notice{blocker: blocker, banner: widgets.NewBanner(widgets.BannerModel{}), relayout: func() {}}
	n.content = container.NewStack(n.banner)
	n.content.Hide()
	return n
}

// continuing says what goes on by itself; "" says nothing.
func (n *notice) continuing(text string) {
	n.greeting = widgets.BannerModel{Icon: theme.IconUploading, Tone: theme.Active, Text: text, OnDismiss: n.hide}
	n.fleeting = true
	n.refresh()
}

// continues reports whether news of what goes on is being told.
func (n *notice) continues() bool { return n.fleeting && n.greeting.Text != "" }

// correct tells the same news in other words.
func (n *notice) correct(text string) {
	if text != n.greeting.Text {
		n.greeting.Text = text
		n.refresh()
	}
}

// tell says what happened to the profile, until it is dismissed; "" says nothing.
func (n *notice) tell(text string) {
	n.news = widgets.BannerModel{Icon: theme.IconError, Tone: theme.Warning, Text: text, OnDismiss: func() { n.tell("") }}
	n.refresh()
}

// ask asks whether to go on.
func (n *notice) ask(text string, yes, look, no func()) {
	n.greeting = widgets.BannerModel{Icon: theme.IconHelp, Tone: theme.Warning, Text: text, Buttons: []widgets.BannerButton{
		{Label: words.Say("greeting.resume-all"), OnTapped: yes},
		{Label: words.Say("greeting.review"), OnTapped: look},
		{Label: words.Say("greeting.not-now"), OnTapped: no},
	}}
	n.fleeting = false
	n.refresh()
}

// counts says what is being looked through for files; "" says nothing.
func (n *notice) counts(text string, stop func()) {
	changed := text != n.counting.Text
	if text == "" {
		n.counting = widgets.BannerModel{}
		if changed {
			n.refresh()
		}
		return
	}
	n.counting = widgets.BannerModel{Icon: theme.IconSearch, Tone: theme.Active, Text: text, Buttons: []widgets.BannerButton{
		{Label: words.Say("counting.stop"), OnTapped: stop, Quiet: true},
	}}
	if changed {
		n.refresh()
	}
}

// hide takes the greeting away.
func (n *notice) hide() {
	n.greeting = widgets.BannerModel{}
	n.refresh()
}

// show follows the snapshot: trouble is said as long as it lasts, and news of
// what continues only while something does.
func (n *notice) show(s *uploader.Snapshot) {
	over := n.continues() && s.Totals.Pending == 0
	barrier := blockadeOf(s)
	if s.Trouble == n.trouble && !over && barrier == n.barrier {
		return
	}
	n.trouble = s.Trouble
	if barrier != n.barrier {
		n.barrier, n.blocked = barrier, n.blocker(barrier)
	}
	if over {
		n.greeting = widgets.BannerModel{}
	}
	n.refresh()
}

// model is what is to be read.
func (n *notice) model() widgets.BannerModel {
	switch {
	case n.trouble != nil:
		return widgets.BannerModel{Icon: theme.IconError, Tone: theme.Error, Text: words.Fault(n.trouble, words.Subject{}).String()}
	case n.news.Text != "":
		return n.news
	case n.greeting.Text != "" && !n.fleeting:
		return n.greeting
	case n.blocked.Text != "":
		return n.blocked
	case n.counting.Text != "":
		return n.counting
	default:
		return n.greeting
	}
}

func (n *notice) refresh() {
	model := n.model()
	if model.Text != "" {
		n.banner.SetModel(model)
	}
	if visible := model.Text != ""; visible != n.content.Visible() {
		draw.SetVisible(n.content, visible)
		n.relayout()
	}
}
