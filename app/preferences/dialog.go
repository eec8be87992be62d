package preferences

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Section is a page of the settings.
type Section uint8

// The sections, in the order in which they are shown.
const (
	SectionTransfers Section = iota
	SectionNotifications
	SectionStart
	SectionAppearance
	SectionPower
	SectionData
	SectionServers
	SectionStatistics
	SectionAbout
	NumSections
)

var sectionNames = [NumSections]string{"transfers", "notifications", "start", "look", "power", "data", "servers", "statistics", "about"}

// hasSettings reports whether the section has settings, which can be reset.
func (s Section) hasSettings() bool { return s < SectionData }

// String returns the name of the section in translation keys.
func (s Section) String() string { return sectionNames[s] }

func (s Section) icon() theme.IconName {
	return [NumSections]theme.IconName{theme.IconSpeed, theme.IconBell, theme.IconComputer, theme.IconAppearance, theme.IconQuit, theme.IconData, theme.IconServer, theme.IconUploading, theme.IconInfo}[s]
}

// settingsDialog is an open settings dialog: the sections at the left, the fields of the
// chosen one at the right. Changes are saved immediately, so there is nothing to confirm. It
// must be used on the UI goroutine.
type settingsDialog struct {
	config Config
	box    *dialog.Dialog
	chosen Section
	nav    []*sectionButton
	list   *container.Scroll // contains nav
	names  *form.Select      // in place of list in a narrow window
	page   *dialog.Page
	form   *sectionForm
	reset  *form.DialogButton
	close  *form.DialogButton
}

func newDialog(config Config) *settingsDialog {
	d := &settingsDialog{config: config, page: dialog.NewPage(), chosen: NumSections}
	hide := func() { d.box.Hide() }
	nav := container.NewVBox()
	var names []string
	for s := range NumSections {
		button := newSectionButton(s, func() { d.choose(s) }, hide, d.step)
		names = append(names, button.Text)
		d.nav = append(d.nav, button)
		nav.Add(button)
	}
	d.reset = form.NewDialogButton(words.Text("settings.reset"), d.resetSection, hide)
	d.close = form.NewDialogButton(words.Text("settings.close"), hide, hide)
	d.list = container.NewVScroll(nav)
	host := form.Host{Close: hide, Reveal: func(fyne.CanvasObject) {}}
	d.names = form.NewSelect(host, names, func(i int) { d.choose(Section(max(i, 0))) }) //nolint:gosec // an index of nav
	parts := &dialogLayout{buttons: d.list, separator: widget.NewSeparator(), list: d.names, page: d.page}
	content := container.New(parts, parts.buttons, parts.separator, parts.list, parts.page)
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
	d.names.ShowIndex(int(s))
	d.reveal(d.nav[s])
	draw.SetVisible(d.reset, s.hasSettings())
	d.fill()
	d.page.ScrollToTop()
}

// focusSections moves the focus to the control that chooses the section.
func (d *settingsDialog) focusSections() {
	if d.names.Visible() {
		d.config.Dialogs.Canvas().Focus(d.names)
		return
	}
	d.config.Dialogs.Canvas().Focus(d.nav[d.chosen])
}

// reveal scrolls the button of a section into view.
func (d *settingsDialog) reveal(button *sectionButton) {
	top, bottom := button.Position().Y, button.Position().Y+button.Size().Height
	switch offset := d.list.Offset; {
	case top < offset.Y:
		d.list.ScrollToOffset(fyne.NewPos(0, top))
	case bottom > offset.Y+d.list.Size().Height:
		d.list.ScrollToOffset(fyne.NewPos(0, bottom-d.list.Size().Height))
	}
}

// step chooses the section that is by positions below the chosen one, if there is one.
func (d *settingsDialog) step(by int) {
	next := int(d.chosen) + by
	if next >= 0 && next < len(d.nav) {
		d.choose(Section(next)) //nolint:gosec // an index of nav
		d.config.Dialogs.Canvas().Focus(d.nav[next])
	}
}

// fill creates the fields of the chosen section.
func (d *settingsDialog) fill() {
	d.form = &sectionForm{
		Host:    form.Host{Close: func() { d.box.Hide() }, Reveal: d.page.Reveal},
		current: d.config.Settings, relayout: d.page.Relayout,
	}
	switch d.chosen {
	case SectionTransfers:
		d.form.addTransfers()
	case SectionNotifications:
		d.form.addNotifications()
	case SectionStart:
		d.form.addStart()
	case SectionAppearance:
		d.form.addAppearance()
	case SectionPower:
		d.form.addPower(d.config.ChooseProgram)
	case SectionData:
		d.form.addData(d.config)
	case SectionServers:
		d.form.rows = d.config.Servers(d.form.Host, d.box.Hide)
	case SectionStatistics:
		d.addStatistics()
	case SectionAbout:
		d.form.addAbout(d.config)
	}
	d.page.SetObjects(d.form.rows...)
}

// show updates the fields to changed settings.
func (d *settingsDialog) show(s settings.Settings) {
	d.form.show(s)
	d.page.Relayout()
}

// resetSection resets the settings of the section to their defaults.
func (d *settingsDialog) resetSection() {
	defaults := settings.Default()
	d.config.Settings.Update(func(s *settings.Settings) {
		switch d.chosen {
		case SectionTransfers:
			s.Transfers = defaults.Transfers
		case SectionNotifications:
			s.Notifications = defaults.Notifications
		case SectionStart:
			s.Start = defaults.Start
		case SectionAppearance:
			s.Appearance = defaults.Appearance
		case SectionPower:
			s.Power, s.WhenDone = defaults.Power, defaults.WhenDone
		}
	})
	d.fill()
}

// sectionButton is the button that chooses a section. The arrow keys choose the previous and
// the next section.
type sectionButton struct {
	form.DialogButton
	section Section
	step    func(by int)
}

func newSectionButton(s Section, tapped, escape func(), step func(int)) *sectionButton {
	b := &sectionButton{section: s, step: step}
	b.OnEscape, b.OnTapped = escape, tapped
	b.Icon, b.Alignment = theme.Icon(s.icon()), widget.ButtonAlignLeading
	b.Importance = widget.LowImportance
	b.Text = words.Text("settings." + s.String())
	b.ExtendBaseWidget(b)
	return b
}

func (b *sectionButton) setChosen(chosen bool) {
	b.Importance = widget.LowImportance
	if chosen {
		b.Importance = widget.MediumImportance
	}
	b.Refresh()
}

// TypedKey implements fyne.Focusable.
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
