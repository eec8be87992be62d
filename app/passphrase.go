package app

import (
	"context"
	"errors"
	"log/slog"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// locker is the encrypted file for secrets; see [platform.AppKeyring].
type locker interface {
	Storage(ctx context.Context) platform.Storage
	Unlock(ctx context.Context, passphrase string) error
}

// passphrasePrompt asks for the passphrase of the encrypted file for secrets. It must be
// used on the UI goroutine.
type passphrasePrompt struct {
	bridge  *bridge.Bridge
	access  locker
	dialogs *form.Dialogs
	log     *slog.Logger
	dialog  *passphraseDialog // the last one opened; nil for none
}

// ask asks for the passphrase of the file, or for a new one if there is no file, and
// calls then when the file is unlocked.
func (p *passphrasePrompt) ask(then func()) {
	p.bridge.Run(func(ctx context.Context) {
		exists := p.access.Storage(ctx) == platform.StorageLockedFile
		p.bridge.Post(func() { p.open(exists, then) })
	})
}

// passphraseDialog is a dialog that asks for a passphrase.
type passphraseDialog struct {
	box        *dialog.Dialog
	passphrase *form.Entry
	repeated   *form.Entry // of a new passphrase; nil if the file exists
	message    *dialog.Paragraph
	accept     *form.DialogButton
}

func (p *passphrasePrompt) open(exists bool, then func()) {
	d := &passphraseDialog{message: dialog.NewParagraph("")}
	hide := func() { d.box.Hide() }
	host := form.Host{Close: hide, Reveal: func(fyne.CanvasObject) {}}
	d.passphrase = form.NewEntry(host, 60, nil)
	d.passphrase.Password = true
	fields := widget.NewForm(widget.NewFormItem(words.Text("passphrase"), d.passphrase))
	title, text, label := "passphrase.unlock.title", "passphrase.unlock.text", "passphrase.unlock"
	if !exists {
		title, text, label = "passphrase.make.title", "passphrase.make.text", "passphrase.make"
		d.repeated = form.NewEntry(host, 60, nil)
		d.repeated.Password = true
		fields.Append(words.Text("passphrase.again"), d.repeated)
	}
	d.accept = form.NewDialogButton(words.Text(label), func() { p.unlock(d, then) }, hide)
	d.accept.Importance = widget.HighImportance
	d.passphrase.OnSubmitted = func(string) { p.unlock(d, then) }
	if d.repeated != nil {
		d.repeated.OnSubmitted = d.passphrase.OnSubmitted
	}
	d.message.Set(words.Text(text), theme.Muted)
	body := dialog.NewPage(d.message, fields)
	d.box = dialog.New(p.dialogs.Canvas(), words.Text(title), body, layout.NewSpacer(), form.NewDialogButton(words.Text("cancel"), hide, hide), d.accept)
	d.box.SetSize(fyne.NewSize(theme.Grid(form.QuestionWidth), theme.Grid(66)))
	p.dialog = d
	p.dialogs.Present(d.box)
	p.dialogs.Canvas().Focus(d.passphrase)
}

// unlock unlocks the file with the passphrase of the dialog.
func (p *passphrasePrompt) unlock(d *passphraseDialog, then func()) {
	passphrase := d.passphrase.Text
	switch {
	case passphrase == "":
		d.message.Set(words.Text("passphrase.empty"), theme.Error)
		return
	case d.repeated != nil && d.repeated.Text != passphrase:
		d.message.Set(words.Text("passphrase.differs"), theme.Error)
		return
	}
	d.accept.Disable()
	p.bridge.Run(func(ctx context.Context) {
		err := p.access.Unlock(ctx, passphrase)
		p.bridge.Post(func() {
			d.accept.Enable()
			switch {
			case err == nil:
				d.box.Hide()
				then()
			case errors.Is(err, platform.ErrPassphrase):
				d.message.Set(words.Text("passphrase.wrong"), theme.Error)
			default:
				p.log.Warn("unlock secrets failed", "err", err)
				d.message.Set(words.Text("passphrase.failed"), theme.Error)
			}
		})
	})
}
