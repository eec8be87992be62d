// Package frame implements the parts of the window around the list: the top bar, the
// banner below it, and the footer.
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

// Banner is the message below the top bar. It shows the first of these: a fault of the
// store, a notice about the profile, a crash before this start, the question about interrupted uploads, a blocked
// server, uploads that wait for a decision, an error that many files have, folders being scanned, which uploads were
// resumed, and that Ferry was updated. It must be used on the UI goroutine.
type Banner struct {
	Content  *fyne.Container
	view     *widgets.Banner
	Relayout func() // lays out the window when the banner appears or disappears

	// Messages without text are not shown.
	startup    widgets.BannerModel // about interrupted uploads: the question, or what was resumed
	resumed    bool                // startup is about what was resumed; it is hidden when no transfer is pending
	notice     widgets.BannerModel // about the profile
	crash      widgets.BannerModel // about a crash before this start
	update     widgets.BannerModel // that Ferry was updated
	scan       widgets.BannerModel // about folders being scanned
	blocked    widgets.BannerModel // about blockedBy
	blockedBy  view.Blocked
	repeated   widgets.BannerModel // about repeatedBy
	repeatedBy view.ErrorGroup
	errors     view.RepeatedErrors
	undecided  widgets.BannerModel // about uploads that wait for a decision
	questions  int                 // their number
	dismissed  int                 // the number for which the user has dismissed undecided
	models     BannerModels
	fault      *fault.Fault // of the store
}

// BannerModels are the messages about what a snapshot contains.
type BannerModels struct {
	Blocked  func(view.Blocked) widgets.BannerModel    // the zero value for nothing blocked
	Repeated func(view.ErrorGroup) widgets.BannerModel // without OnDismiss
}

// NewBanner returns a hidden banner.
func NewBanner(models BannerModels) *Banner {
	b := &Banner{models: models, view: widgets.NewBanner(widgets.BannerModel{}), Relayout: func() {}}
	b.Content = container.NewStack(b.view)
	b.Content.Hide()
	return b
}

// ShowResumed shows what was resumed; "" for nothing.
func (b *Banner) ShowResumed(text string) {
	b.startup = widgets.BannerModel{Icon: theme.IconUploading, Tone: theme.Active, Text: text, OnDismiss: b.Hide}
	b.resumed = true
	b.refresh()
}

// ShowsResumed reports whether the banner has a message about what was resumed.
func (b *Banner) ShowsResumed() bool { return b.resumed && b.startup.Text != "" }

// SetText changes the text set by ShowResumed or Ask.
func (b *Banner) SetText(text string) {
	if text != b.startup.Text {
		b.startup.Text = text
		b.refresh()
	}
}

// ShowNotice shows a notice about the profile until it is dismissed; "" for none.
func (b *Banner) ShowNotice(text string) {
	b.notice = widgets.BannerModel{Icon: theme.IconError, Tone: theme.Warning, Text: text, OnDismiss: func() { b.ShowNotice("") }}
	b.refresh()
}

// ShowCrash offers the report about a crash until it is dismissed.
func (b *Banner) ShowCrash(show, dismiss func()) {
	hide := func() {
		b.crash = widgets.BannerModel{}
		b.refresh()
		dismiss()
	}
	b.crash = widgets.BannerModel{Icon: theme.IconError, Tone: theme.Warning, Text: words.Text("crash.text"), Buttons: []widgets.BannerButton{
		{Label: words.Text("crash.show"), OnTapped: show},
		{Label: words.Text("crash.dismiss"), OnTapped: hide},
	}}
	b.refresh()
}

// ShowUpdate says that Ferry was updated to a release, and offers what has changed, until
// either is answered. Seen is called then.
func (b *Banner) ShowUpdate(release string, show, seen func()) {
	hide := func() {
		b.update = widgets.BannerModel{}
		b.refresh()
		seen()
	}
	b.update = widgets.BannerModel{
		Icon: theme.IconInfo, Tone: theme.Active, Text: words.Text("update.text", words.Data{"Version": release}), OnDismiss: hide,
		Buttons: []widgets.BannerButton{{Label: words.Text("update.show"), OnTapped: func() { hide(); show() }, Quiet: true}},
	}
	b.refresh()
}

// Ask shows the question about interrupted uploads.
func (b *Banner) Ask(text string, resume, review, notNow func()) {
	b.startup = widgets.BannerModel{Icon: theme.IconHelp, Tone: theme.Warning, Text: text, Buttons: []widgets.BannerButton{
		{Label: words.Text("greeting.resume-all"), OnTapped: resume},
		{Label: words.Text("greeting.review"), OnTapped: review},
		{Label: words.Text("greeting.not-now"), OnTapped: notNow},
	}}
	b.resumed = false
	b.refresh()
}

// ShowScan shows which folders are being scanned; "" for none.
func (b *Banner) ShowScan(text string, stop func()) {
	changed := text != b.scan.Text
	if text == "" {
		b.scan = widgets.BannerModel{}
		if changed {
			b.refresh()
		}
		return
	}
	b.scan = widgets.BannerModel{Icon: theme.IconSearch, Tone: theme.Active, Text: text, Buttons: []widgets.BannerButton{
		{Label: words.Text("counting.stop"), OnTapped: stop, Quiet: true},
	}}
	if changed {
		b.refresh()
	}
}

// ShowUndecided shows that n uploads wait for a decision; "" for nothing. Once it is
// dismissed, it is shown again when there are more.
func (b *Banner) ShowUndecided(n int, text string, decide func()) {
	b.dismissed = min(b.dismissed, n)
	if b.dismissed == n && n > 0 {
		text = ""
	}
	changed := text != b.undecided.Text || n != b.questions
	b.questions, b.undecided = n, widgets.BannerModel{}
	if text != "" {
		dismiss := func() {
			b.dismissed = b.questions
			b.ShowUndecided(b.questions, text, decide)
		}
		b.undecided = widgets.BannerModel{
			Icon: theme.IconHelp, Tone: theme.Warning, Text: text, OnDismiss: dismiss,
			Buttons: []widgets.BannerButton{{Label: words.Text("decide.open"), OnTapped: decide}},
		}
	}
	if changed {
		b.refresh()
	}
}

// Hide removes the message set by ShowResumed or Ask.
func (b *Banner) Hide() {
	b.startup = widgets.BannerModel{}
	b.refresh()
}

// Show updates the banner for a snapshot. Faults are shown as long as they last, and what
// was resumed only while a transfer is pending.
func (b *Banner) Show(s *uploader.Snapshot) {
	finished := b.ShowsResumed() && s.Totals.Pending == 0
	blockedBy := view.FirstBlocked(s)
	repeatedBy, _ := b.errors.Update(s)
	if s.StoreFault == b.fault && !finished && blockedBy == b.blockedBy && repeatedBy == b.repeatedBy {
		return
	}
	b.fault = s.StoreFault
	if blockedBy != b.blockedBy {
		b.blockedBy, b.blocked = blockedBy, b.models.Blocked(blockedBy)
	}
	if repeatedBy != b.repeatedBy {
		b.showRepeated(s, repeatedBy)
	}
	if finished {
		b.startup = widgets.BannerModel{}
	}
	b.refresh()
}

// showRepeated sets the message about an error that many files have.
func (b *Banner) showRepeated(s *uploader.Snapshot, g view.ErrorGroup) {
	b.repeatedBy, b.repeated = g, widgets.BannerModel{}
	if g.Count == 0 {
		return
	}
	b.repeated = b.models.Repeated(g)
	b.repeated.OnDismiss = func() {
		b.errors.Dismiss(g)
		b.Show(s)
	}
}

// Model returns the message that is shown.
func (b *Banner) Model() widgets.BannerModel {
	switch {
	case b.fault != nil:
		return widgets.BannerModel{Icon: theme.IconError, Tone: theme.Error, Text: words.Fault(b.fault, words.Subject{}).String()}
	case b.notice.Text != "":
		return b.notice
	case b.crash.Text != "":
		return b.crash
	case b.startup.Text != "" && !b.resumed:
		return b.startup
	case b.blocked.Text != "":
		return b.blocked
	case b.undecided.Text != "" && b.repeatedBy.Count < b.questions: // otherwise repeated is about all of them
		return b.undecided
	case b.repeated.Text != "":
		return b.repeated
	case b.scan.Text != "":
		return b.scan
	case b.startup.Text != "":
		return b.startup
	default:
		return b.update
	}
}

func (b *Banner) refresh() {
	model := b.Model()
	if model.Text != "" {
		model.DismissLabel = words.Text("banner.close")
		b.view.SetModel(model)
	}
	if visible := model.Text != ""; visible != b.Content.Visible() {
		draw.SetVisible(b.Content, visible)
		b.Relayout()
	}
}
