// Package preferences implements the settings dialog.
package preferences

import (
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/settings"
)

// Config is what the settings dialog needs.
type Config struct {
	Book    *settings.Current
	Dialogs *form.Dialogs
	Folder  string // of the profile
	Data    DataActions
}

// DataActions are the buttons of the section about Ferry's data.
type DataActions struct {
	OpenFolder, BackUp, ShowLog, CopyDiagnostics, RemoveFinished func()
}

// Dialog opens the settings dialog. It lives on the UI's goroutine.
type Dialog struct {
	config Config
	dialog *settingsDialog // that is open; nil for none
}

// New returns the settings dialog, closed.
func New(config Config) *Dialog { return &Dialog{config: config} }

// Open opens the dialog, unless it is open.
func (p *Dialog) Open() {
	if p.dialog == nil {
		p.OpenSection(SectionTransfers)
	}
}

// OpenSection opens the dialog at a section.
func (p *Dialog) OpenSection(s Section) {
	d := newDialog(p.config)
	p.dialog = d
	d.box.OnClosed = func() {
		if p.dialog == d {
			p.dialog = nil
		}
	}
	p.config.Dialogs.Present(d.box)
	d.choose(s)
	p.config.Dialogs.Canvas().Focus(d.nav[s])
}

// Reopen opens the dialog again at the same section if it is open, in the current
// language and size. The focus stays at the same field.
func (p *Dialog) Reopen() {
	old := p.dialog
	if old == nil {
		return
	}
	field := old.form.fieldOf(p.config.Dialogs.Canvas().Focused())
	old.box.Hide()
	p.OpenSection(old.chosen)
	if control := p.dialog.form.controlAt(field); control != nil {
		p.config.Dialogs.Canvas().Focus(control)
	}
}

// Show shows changed settings if the dialog is open.
func (p *Dialog) Show(s settings.Settings) {
	if p.dialog != nil {
		p.dialog.show(s)
	}
}
