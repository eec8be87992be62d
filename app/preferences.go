package app

import (
	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/app/settings"
)

// PreferencesConfig is what the settings dialog needs.
type PreferencesConfig struct {
	Book    *settings.Book
	Dialogs *Dialogs
	Canvas  fyne.Canvas
	Folder  string // of the profile
	Data    DataActions
}

// DataActions are the buttons of the section about Ferry's data.
type DataActions struct {
	OpenFolder, BackUp, ShowLog, CopyDiagnostics, RemoveFinished func()
}

// Preferences opens the settings dialog. It lives on the UI's goroutine.
type Preferences struct {
	config PreferencesConfig
	dialog *settingsDialog // that is open; nil for none
}

// NewPreferences returns the settings dialog, closed.
func NewPreferences(config PreferencesConfig) *Preferences { return &Preferences{config: config} }

// Open opens the dialog, unless it is open.
func (p *Preferences) Open() {
	if p.dialog == nil {
		p.openSection(sectionTransfers)
	}
}

func (p *Preferences) openSection(s section) {
	d := newSettingsDialog(p.config)
	p.dialog = d
	d.box.OnClosed = func() {
		if p.dialog == d {
			p.dialog = nil
		}
	}
	p.config.Dialogs.Present(d.box)
	d.choose(s)
	p.config.Canvas.Focus(d.nav[s])
}

// Reopen opens the dialog again at the same section if it is open, in the current
// language and size. The focus stays at the same field.
func (p *Preferences) Reopen() {
	old := p.dialog
	if old == nil {
		return
	}
	field := old.form.fieldOf(p.config.Canvas.Focused())
	old.box.Hide()
	p.openSection(old.chosen)
	if control := p.dialog.form.controlAt(field); control != nil {
		p.config.Canvas.Focus(control)
	}
}

// Show shows changed settings if the dialog is open.
func (p *Preferences) Show(s settings.Settings) {
	if p.dialog != nil {
		p.dialog.show(s)
	}
}
