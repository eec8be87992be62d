// Package preferences implements the settings dialog.
package preferences

import (
	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/view"
)

// Config configures the settings dialog.
type Config struct {
	Settings *settings.Current
	Dialogs  *form.Dialogs
	Folder   string // the profile's folder
	Version  string // of Ferry
	Copy     func(text string)
	Data     DataActions

	// ReadStatistics reads the statistics, and calls then on the UI goroutine, unless that
	// fails.
	ReadStatistics func(then func(view.Statistics))

	// ChooseProgram asks for the program that may follow when all uploads are done, and calls
	// then on the UI goroutine once it is in the settings.
	ChooseProgram func(then func())

	// Servers returns the list of servers for its page. Leave closes the dialog.
	Servers func(host form.Host, leave func()) []fyne.CanvasObject
}

// DataActions are the actions of the buttons in the section about Ferry's data.
type DataActions struct {
	Received       func() string // the folder of the built-in receiver
	ChangeReceived func()

	OpenFolder, BackUp, Restore, ShowLog, CopyDiagnostics, RemoveFinished, ExportSettings, ImportSettings func()
}

// Dialog is the settings dialog, open or closed. It must be used on the UI goroutine.
type Dialog struct {
	config Config
	dialog *settingsDialog // nil while the dialog is closed
}

// New returns the settings dialog, closed.
func New(config Config) *Dialog { return &Dialog{config: config} }

// Open opens the dialog, unless it is open.
func (d *Dialog) Open() {
	if d.dialog == nil {
		d.OpenSection(SectionTransfers)
	}
}

// OpenSection opens the dialog at a section.
func (d *Dialog) OpenSection(s Section) {
	opened := newDialog(d.config)
	d.dialog = opened
	opened.box.OnClosed = func() {
		if d.dialog == opened {
			d.dialog = nil
		}
	}
	d.config.Dialogs.Present(opened.box)
	opened.choose(s)
	opened.focusSections()
}

// Reopen recreates the dialog, if it is open, in the current language and size. Section and
// focus stay the same.
func (d *Dialog) Reopen() {
	old := d.dialog
	if old == nil {
		return
	}
	field := old.form.fieldOf(d.config.Dialogs.Canvas().Focused())
	old.box.Hide()
	d.OpenSection(old.chosen)
	if control := d.dialog.form.controlAt(field); control != nil {
		d.config.Dialogs.Canvas().Focus(control)
	}
}

// Show updates the dialog, if it is open, to changed settings.
func (d *Dialog) Show(s settings.Settings) {
	if d.dialog != nil {
		d.dialog.show(s)
	}
}
