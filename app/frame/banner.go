// Package frame implements the parts of the window around the list: the top bar, the
// view below it, and the footer.
package frame

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Banner is the message below the top bar about all uploads. It shows the first of
// these: an error of this computer's disk, a notice about the profile, the question
// about interrupted uploads, a server that waits for a person, folders that are being
// scanned, and what was resumed. It must be used on the UI goroutine.
type Banner struct {
	Content  *fyne.Container
	view     *widgets.Banner
	Relayout func() // lays out the window when the banner appears or disappears

	startup      widgets.BannerModel // no text for none
	temporary    bool                // the greeting disappears when nothing is pending any more
	notice       widgets.BannerModel // about the profile; no text for none
	scan         widgets.BannerModel // folders that are being scanned; no text for none
	blocked      widgets.BannerModel // a server that waits for a person; no text for none
	blockedBy    view.Blocked        // what blocked is about
	blockedModel func(view.Blocked) widgets.BannerModel
	fault        *fault.Fault
}

// NewBanner returns a hidden banner. BlockedModel is the message about a server that
// waits for a person.
func NewBanner(blocker func(view.Blocked) widgets.BannerModel) *Banner {
	n := &Banner{blockedModel: blocker, view: widgets.NewBanner(widgets.BannerModel{}), Relayout: func() {}}
	n.Content = container.NewStack(n.view)
	n.Content.Hide()
	return n
}

// ShowResumed shows what was resumed; "" for nothing.
func (n *Banner) ShowResumed(text string) {
	n.startup = widgets.BannerModel{Icon: theme.IconUploading, Tone: theme.Active, Text: text, OnDismiss: n.Hide}
	n.temporary = true
	n.refresh()
}

// ShowsResumed reports whether the greeting is about what was resumed.
func (n *Banner) ShowsResumed() bool { return n.temporary && n.startup.Text != "" }

// SetText changes the text of the greeting.
func (n *Banner) SetText(text string) {
	if text != n.startup.Text {
		n.startup.Text = text
		n.refresh()
	}
}

// ShowNotice shows a notice about the profile until it is dismissed; "" for none.
func (n *Banner) ShowNotice(text string) {
	n.notice = widgets.BannerModel{Icon: theme.IconError, Tone: theme.Warning, Text: text, OnDismiss: func() { n.ShowNotice("") }}
	n.refresh()
}

// Ask shows the question about interrupted uploads.
func (n *Banner) Ask(text string, yes, review, no func()) {
	n.startup = widgets.BannerModel{Icon: theme.IconHelp, Tone: theme.Warning, Text: text, Buttons: []widgets.BannerButton{
		{Label: words.Text("greeting.resume-all"), OnTapped: yes},
		{Label: words.Text("greeting.review"), OnTapped: review},
		{Label: words.Text("greeting.not-now"), OnTapped: no},
	}}
	n.temporary = false
	n.refresh()
}

// ShowScan shows which folders are being scanned; "" for none.
func (n *Banner) ShowScan(text string, stop func()) {
	changed := text != n.scan.Text
	if text == "" {
		n.scan = widgets.BannerModel{}
		if changed {
			n.refresh()
		}
		return
	}
	n.scan = widgets.BannerModel{Icon: theme.IconSearch, Tone: theme.Active, Text: text, Buttons: []widgets.BannerButton{
		{Label: words.Text("counting.stop"), OnTapped: stop, Quiet: true},
	}}
	if changed {
		n.refresh()
	}
}

// Hide hides the greeting.
func (n *Banner) Hide() {
	n.startup = widgets.BannerModel{}
	n.refresh()
}

// Show updates the banner. Errors are shown as long as they last, and what was resumed
// only while something is pending.
func (n *Banner) Show(s *uploader.Snapshot) {
	over := n.ShowsResumed() && s.Totals.Pending == 0
	barrier := view.FirstBlocked(s)
	if s.StoreFault == n.fault && !over && barrier == n.blockedBy {
		return
	}
	n.fault = s.StoreFault
	if barrier != n.blockedBy {
		n.blockedBy, n.blocked = barrier, n.blockedModel(barrier)
	}
	if over {
		n.startup = widgets.BannerModel{}
	}
	n.refresh()
}

// Model is what is shown.
func (n *Banner) Model() widgets.BannerModel {
	switch {
	case n.fault != nil:
		return widgets.BannerModel{Icon: theme.IconError, Tone: theme.Error, Text: words.Fault(n.fault, words.Subject{}).String()}
	case n.notice.Text != "":
		return n.notice
	case n.startup.Text != "" && !n.temporary:
		return n.startup
	case n.blocked.Text != "":
		return n.blocked
	case n.scan.Text != "":
		return n.scan
	default:
		return n.startup
	}
}

func (n *Banner) refresh() {
	model := n.Model()
	if model.Text != "" {
		n.view.SetModel(model)
	}
	if visible := model.Text != ""; visible != n.Content.Visible() {
		draw.SetVisible(n.Content, visible)
		n.Relayout()
	}
}
