package app

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// askPassphrase asks for the passphrase of the encrypted file for secrets, or for
// one to make it with, and goes on once the file is open.
func (f *ferry) askPassphrase(then func()) {
	f.errands.run(func(ctx context.Context) {
		there := f.config.Access.Keeping(ctx) == platform.KeptLocked
		f.errands.post(func() { f.openPassphrase(there, then) })
	})
}

// passphraseDialog is the question. It lives on the UI's goroutine.
type passphraseDialog struct {
	box         *dialog.Dialog
	first, next *entry // next repeats a new passphrase; nil when there is a file
	said        *dialog.Paragraph
	accept      *choice
}

func (f *ferry) openPassphrase(there bool, then func()) {
	d := &passphraseDialog{said: dialog.NewParagraph("")}
	leave := func() { d.box.Hide() }
	r := reach{leave: leave, reveal: func(fyne.CanvasObject) {}}
	d.first = newEntry(r, 60, nil)
	d.first.Password = true
	form := widget.NewForm(widget.NewFormItem(words.Say("passphrase"), d.first))
	title, text, label := "passphrase.unlock.title", "passphrase.unlock.text", "passphrase.unlock"
	if !there {
		title, text, label = "passphrase.make.title", "passphrase.make.text", "passphrase.make"
		d.next = newEntry(r, 60, nil)
		d.next.Password = true
		form.Append(words.Say("passphrase.again"), d.next)
	}
	d.accept = newChoice(words.Say(label), func() { f.unlock(d, then) }, leave)
	d.accept.Importance = widget.HighImportance
	d.first.OnSubmitted = func(string) { f.unlock(d, then) }
	if d.next != nil {
		d.next.OnSubmitted = d.first.OnSubmitted
	}
	d.said.Say(words.Say(text), theme.Muted)
	body := dialog.NewPage(d.said, form)
	d.box = dialog.New(f.window.window.Canvas(), words.Say(title), body, layout.NewSpacer(), newChoice(words.Say("cancel"), leave, leave), d.accept)
	d.box.SetSize(fyne.NewSize(theme.Grid(115), theme.Grid(66)))
	f.passphrase = d
	f.present(d.box)
	f.window.window.Canvas().Focus(d.first)
}

func (f *ferry) unlock(d *passphraseDialog, then func()) {
	passphrase := d.first.Text
	switch {
	case passphrase == "":
		d.said.Say(words.Say("passphrase.empty"), theme.Error)
		return
	case d.next != nil && d.next.Text != passphrase:
		d.said.Say(words.Say("passphrase.differs"), theme.Error)
		return
	}
	d.accept.Disable()
	f.errands.run(func(ctx context.Context) {
		err := f.config.Access.Unlock(ctx, passphrase)
		f.errands.post(func() {
			d.accept.Enable()
			switch {
			case err == nil:
				d.box.Hide()
				then()
			case errors.Is(err, platform.ErrPassphrase):
				d.said.Say(words.Say("passphrase.wrong"), theme.Error)
			default:
				f.config.Log.Warn("secrets cannot be unlocked", "error", err)
				d.said.Say(words.Say("passphrase.failed"), theme.Error)
			}
		})
	})
}
