package preferences

import (
	"runtime"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/assets/notices"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// addAbout adds the version, where Ferry's data is, and the licences.
func (f *sectionForm) addAbout(config Config) {
	version := config.Version + " " + runtime.GOOS + "/" + runtime.GOARCH
	button := form.NewButton(f.Host, words.Text("settings.version.do"), theme.Icon(theme.IconCopy), func() { config.Copy(version) })
	f.rows = append(f.rows, dialog.NewSetting(words.Text("settings.version"), version, button))
	open := form.NewButton(f.Host, words.Text("settings.folder.do"), theme.Icon(theme.IconFolderOpen), config.Data.OpenFolder)
	f.rows = append(f.rows, dialog.NewSetting(words.Text("settings.folder"), words.Path(config.Folder), open))
	f.addButton("licences", theme.Icon(theme.IconDocument), func() { showLicences(config.Dialogs) })
}

// showLicences shows the licences of Ferry and of its components in a dialog: the list of
// components above, the licence of the chosen one below.
func showLicences(dialogs *form.Dialogs) {
	components := notices.Components()
	names := make([]string, len(components))
	for i, c := range components {
		names[i] = c.Name
	}
	text := widget.NewLabel("")
	text.Wrapping, text.Selectable = fyne.TextWrapWord, true
	page := container.NewVScroll(text)
	show := func(index int) {
		text.SetText(components[index].String() + "\n\n" + components[index].Licence)
		page.ScrollToTop()
	}
	var box *dialog.Dialog
	hide := func() { box.Hide() }
	chosen := form.NewSelect(form.Host{Close: hide, Reveal: func(fyne.CanvasObject) {}}, names, show)
	chosen.ShowIndex(0)
	show(0)
	box = dialog.New(dialogs.Canvas(), words.Text("settings.licences"), container.NewBorder(chosen, nil, nil, nil, page),
		layout.NewSpacer(), form.NewDialogButton(words.Text("settings.close"), hide, hide))
	box.SetSize(fyne.NewSize(theme.Grid(170), theme.Grid(150)))
	dialogs.Present(box)
	dialogs.Canvas().Focus(chosen)
}
