package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// section is a page of the settings.
type section uint8

const (
	sectionTransfers section = iota
	sectionNotifications
	sectionStart
	sectionLook
	sectionData
	sections
)

var sectionNames = [sections]string{"transfers", "notifications", "start", "look", "data"}

func (s section) String() string { return sectionNames[s] }

func (s section) icon() theme.IconName {
	return [sections]theme.IconName{theme.IconSpeed, theme.IconBell, theme.IconComputer, theme.IconAppearance, theme.IconData}[s]
}

// settingsDialog is the settings over the window: the sections at the left, the
// fields of one at the right. What is changed holds at once, so there is nothing
// to confirm. It lives on the UI's goroutine.
type settingsDialog struct {
	ferry  *ferry
	box    *dialog.Dialog
	chosen section
	nav    []*sectionButton
	page   *dialog.Page
	form   *settingsForm
	reset  *choice
	close  *choice
}

// openSettings opens the settings, once at a time.
func (f *ferry) openSettings() {
	if f.settings == nil {
		f.openSection(sectionTransfers)
	}
}

func (f *ferry) openSection(s section) {
	d := newSettingsDialog(f)
	f.settings = d
	d.box.OnClosed = func() {
		if f.settings == d {
			f.settings = nil
		}
	}
	f.present(d.box)
	d.choose(s)
	f.window.window.Canvas().Focus(d.nav[s])
}

// reopen opens the same section again, in the words and sizes that hold now. The
// keyboard stays at the field that changed them.
func (d *settingsDialog) reopen(f *ferry) {
	canvas := f.window.window.Canvas()
	field := d.form.fieldOf(canvas.Focused())
	d.box.Hide()
	f.openSection(d.chosen)
	if control := f.settings.form.controlAt(field); control != nil {
		canvas.Focus(control)
	}
}

func newSettingsDialog(f *ferry) *settingsDialog {
	d := &settingsDialog{ferry: f, page: dialog.NewPage(), chosen: sections}
	leave := func() { d.box.Hide() }
	nav := container.NewVBox()
	for s := range sections {
		button := newSectionButton(s, func() { d.choose(s) }, leave, d.step)
		button.hints = func() *widgets.Hints { return d.box.Hints() }
		d.nav = append(d.nav, button)
		nav.Add(button)
	}
	d.reset = newChoice(words.Say("settings.reset"), d.resetSection, leave)
	d.close = newChoice(words.Say("settings.close"), leave, leave)
	content := container.New(&settingsLayout{nav: d.nav}, container.NewVScroll(nav), widget.NewSeparator(), d.page)
	d.box = dialog.New(f.window.window.Canvas(), words.Say("settings.title"), content, d.reset, layout.NewSpacer(), d.close)
	d.box.SetSize(fyne.NewSize(theme.Grid(190), theme.Grid(150)))
	return d
}

// choose shows a section.
func (d *settingsDialog) choose(s section) {
	if s == d.chosen {
		return
	}
	d.chosen = s
	for _, button := range d.nav {
		button.mark(button.section == s)
	}
	draw.SetVisible(d.reset, s != sectionData)
	d.fill()
	d.page.ScrollToTop()
}

// step chooses the section so many further down.
func (d *settingsDialog) step(by int) {
	next := int(d.chosen) + by
	if next >= 0 && next < len(d.nav) {
		d.choose(section(next))
		d.ferry.window.window.Canvas().Focus(d.nav[next])
	}
}

// fill makes the fields of the chosen section.
func (d *settingsDialog) fill() {
	d.form = &settingsForm{
		reach: reach{leave: func() { d.box.Hide() }, reveal: d.page.Reveal},
		book:  d.ferry.config.Settings, relayout: d.page.Relayout,
	}
	switch d.chosen {
	case sectionTransfers:
		d.form.transfers()
	case sectionNotifications:
		d.form.notifications()
	case sectionStart:
		d.form.start()
	case sectionLook:
		d.form.look()
	case sectionData:
		d.form.data(d.ferry)
	}
	d.page.SetObjects(d.form.rows...)
}

// show brings the fields to the state of the settings.
func (d *settingsDialog) show(s settings.Settings) {
	d.form.show(s)
	d.page.Relayout()
}

// resetSection makes the section's settings the usual ones again.
func (d *settingsDialog) resetSection() {
	usual := settings.Default()
	d.ferry.config.Settings.Update(func(s *settings.Settings) {
		switch d.chosen {
		case sectionTransfers:
			s.Transfers = usual.Transfers
		case sectionNotifications:
			s.Notifications = usual.Notifications
		case sectionStart:
			s.Start = usual.Start
		case sectionLook:
			s.Look = usual.Look
		}
	})
	d.fill()
}

// sectionButton is one line of the sections. The arrows go up and down.
type sectionButton struct {
	choice
	section section
	step    func(by int)
	hints   func() *widgets.Hints // say its name where it is an icon alone
}

func newSectionButton(s section, tapped, leave func(), step func(int)) *sectionButton {
	b := &sectionButton{section: s, step: step}
	b.escape, b.OnTapped = leave, tapped
	b.Icon, b.Alignment = theme.Icon(s.icon()), widget.ButtonAlignLeading
	b.Importance = widget.LowImportance
	b.ExtendBaseWidget(b)
	b.speak(true)
	return b
}

// speak shows the section's name, or its icon alone.
func (b *sectionButton) speak(aloud bool) {
	text := ""
	if aloud {
		text = words.Say("settings." + b.section.String())
	}
	if b.Text != text {
		b.SetText(text)
	}
}

// MouseIn is called by the toolkit.
func (b *sectionButton) MouseIn(e *desktop.MouseEvent) {
	b.choice.MouseIn(e)
	if b.Text == "" {
		b.hints().Explain(b, words.Say("settings."+b.section.String()))
	}
}

// MouseOut is called by the toolkit.
func (b *sectionButton) MouseOut() {
	b.choice.MouseOut()
	b.hints().Leave(b)
}

func (b *sectionButton) mark(chosen bool) {
	b.Importance = widget.LowImportance
	if chosen {
		b.Importance = widget.MediumImportance
	}
	b.Refresh()
}

// TypedKey is called by the toolkit.
func (b *sectionButton) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeyUp:
		b.step(-1)
	case fyne.KeyDown:
		b.step(1)
	default:
		b.choice.TypedKey(event)
	}
}
