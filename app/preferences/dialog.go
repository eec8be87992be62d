package preferences

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Section is a page of the settings.
type Section uint8

const (
	SectionTransfers Section = iota
	SectionNotifications
	SectionStart
	SectionLook
	SectionData
	NumSections
)

var sectionNames = [NumSections]string{"transfers", "notifications", "start", "look", "data"}

// String is the name of the section in translation keys.
func (s Section) String() string { return sectionNames[s] }

func (s Section) icon() theme.IconName {
	return [NumSections]theme.IconName{theme.IconSpeed, theme.IconBell, theme.IconComputer, theme.IconAppearance, theme.IconData}[s]
}

// settingsDialog is the open settings dialog: the sections at the left, the fields of one at the
// right. Changes are saved at once, so there is nothing to confirm. It lives on the UI's
// goroutine.
type settingsDialog struct {
	config Config
	box    *dialog.Dialog
	chosen Section
	nav    []*sectionButton
	page   *dialog.Page
	form   *sectionForm
	reset  *form.DialogButton
	close  *form.DialogButton
}

func newDialog(config Config) *settingsDialog {
	d := &settingsDialog{config: config, page: dialog.NewPage(), chosen: NumSections}
	leave := func() { d.box.Hide() }
	nav := container.NewVBox()
	for s := range NumSections {
		button := newSectionButton(s, func() { d.choose(s) }, leave, d.step)
		button.hints = func() *widgets.Tooltips { return d.box.Tooltips() }
		d.nav = append(d.nav, button)
		nav.Add(button)
	}
	d.reset = form.NewDialogButton(words.Text("settings.reset"), d.resetSection, leave)
	d.close = form.NewDialogButton(words.Text("settings.close"), leave, leave)
	content := container.New(&dialogLayout{nav: d.nav}, container.NewVScroll(nav), widget.NewSeparator(), d.page)
	d.box = dialog.New(config.Dialogs.Canvas(), words.Text("settings.title"), content, d.reset, layout.NewSpacer(), d.close)
	d.box.SetSize(fyne.NewSize(theme.Grid(190), theme.Grid(150)))
	return d
}

// choose shows a section.
func (d *settingsDialog) choose(s Section) {
	if s == d.chosen {
		return
	}
	d.chosen = s
	for _, button := range d.nav {
		button.setChosen(button.section == s)
	}
	draw.SetVisible(d.reset, s != SectionData)
	d.fill()
	d.page.ScrollToTop()
}

// step chooses the section that many further down.
func (d *settingsDialog) step(by int) {
	next := int(d.chosen) + by
	if next >= 0 && next < len(d.nav) {
		d.choose(Section(next))
		d.config.Dialogs.Canvas().Focus(d.nav[next])
	}
}

// fill creates the fields of the chosen section.
func (d *settingsDialog) fill() {
	d.form = &sectionForm{
		Host: form.Host{Close: func() { d.box.Hide() }, Reveal: d.page.Reveal},
		book: d.config.Book, relayout: d.page.Relayout,
	}
	switch d.chosen {
	case SectionTransfers:
		d.form.transfers()
	case SectionNotifications:
		d.form.notifications()
	case SectionStart:
		d.form.start()
	case SectionLook:
		d.form.appearance()
	case SectionData:
		d.form.data(d.config)
	}
	d.page.SetObjects(d.form.rows...)
}

// show shows changed settings in the fields.
func (d *settingsDialog) show(s settings.Settings) {
	d.form.show(s)
	d.page.Relayout()
}

// resetSection resets the settings of the section to their defaults.
func (d *settingsDialog) resetSection() {
	usual := settings.Default()
	d.config.Book.Update(func(s *settings.Settings) {
		switch d.chosen {
		case SectionTransfers:
			s.Transfers = usual.Transfers
		case SectionNotifications:
			s.Notifications = usual.Notifications
		case SectionStart:
			s.Start = usual.Start
		case SectionLook:
			s.Appearance = usual.Appearance
		}
	})
	d.fill()
}

// sectionButton chooses a section. The arrow keys choose the next one.
type sectionButton struct {
	form.DialogButton
	section Section
	step    func(by int)
	hints   func() *widgets.Tooltips // show its name where it has only an icon
}

func newSectionButton(s Section, tapped, leave func(), step func(int)) *sectionButton {
	b := &sectionButton{section: s, step: step}
	b.OnEscape, b.OnTapped = leave, tapped
	b.Icon, b.Alignment = theme.Icon(s.icon()), widget.ButtonAlignLeading
	b.Importance = widget.LowImportance
	b.ExtendBaseWidget(b)
	b.showLabel(true)
	return b
}

// showLabel shows the section's name, or only its icon.
func (b *sectionButton) showLabel(aloud bool) {
	text := ""
	if aloud {
		text = words.Text("settings." + b.section.String())
	}
	if b.Text != text {
		b.SetText(text)
	}
}

// MouseIn is called by the toolkit.
func (b *sectionButton) MouseIn(e *desktop.MouseEvent) {
	b.DialogButton.MouseIn(e)
	if b.Text == "" {
		b.hints().ShowFor(b, words.Text("settings."+b.section.String()))
	}
}

// MouseOut is called by the toolkit.
func (b *sectionButton) MouseOut() {
	b.DialogButton.MouseOut()
	b.hints().HideFor(b)
}

func (b *sectionButton) setChosen(chosen bool) {
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
		b.DialogButton.TypedKey(event)
	}
}
