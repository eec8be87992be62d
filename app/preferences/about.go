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
	"github.com/ferryapp/ferry/docs"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// addAbout adds the version and what changed in it, where Ferry's data is, and the licences.
func (f *sectionForm) addAbout(config Config) {
	version := config.Version + " " + runtime.GOOS + "/" + runtime.GOARCH
	button := form.NewButton(f.Host, words.Text("settings.version.do"), theme.Icon(theme.IconCopy), func() { config.Copy(version) })
	f.rows = append(f.rows, dialog.NewSetting(words.Text("settings.version"), version, button))
	open := form.NewButton(f.Host, words.Text("settings.folder.do"), theme.Icon(theme.IconFolderOpen), config.Data.OpenFolder)
	f.rows = append(f.rows, dialog.NewSetting(words.Text("settings.folder"), words.Path(config.Folder), open))
	f.addButton("changes", theme.Icon(theme.IconDocument), func() { showChanges(config.Dialogs) })
	f.addButton("licences", theme.Icon(theme.IconDocument), func() { showLicences(config.Dialogs) })
}

// showLicences shows the licences of Ferry and of its components: the list of components
// above, the licence of the chosen one below.
func showLicences(dialogs *form.Dialogs) {
	components := notices.Components()
	names := make([]string, len(components))
	for i, c := range components {
		names[i] = c.Name
	}
	showTexts(dialogs, words.Text("settings.licences"), names, func(i int) string { return components[i].String() + "\n\n" + components[i].Licence })
}

// ShowChanges shows what changed in each release, the newest first. The settings need not
// be open.
func (d *Dialog) ShowChanges() { showChanges(d.config.Dialogs) }

func showChanges(dialogs *form.Dialogs) {
	releases := docs.Releases()
	names := make([]string, len(releases))
	for i, r := range releases {
		names[i] = r.Version + " · " + r.Date
		if r.Version == "" {
			names[i] = words.Text("settings.changes.unreleased")
		}
	}
	showTexts(dialogs, words.Text("settings.changes"), names, func(i int) string { return releases[i].Text() })
}

// showTexts shows a dialog in which one of several texts is chosen by its name.
func showTexts(dialogs *form.Dialogs, title string, names []string, text func(index int) string) {
	label := widget.NewLabel("")
	label.Wrapping, label.Selectable = fyne.TextWrapWord, true
	page := container.NewVScroll(label)
	choose := func(index int) {
		label.SetText(text(index))
		page.ScrollToTop()
	}
	var box *dialog.Dialog
	hide := func() { box.Hide() }
	chosen := form.NewSelect(form.Host{Close: hide, Reveal: func(fyne.CanvasObject) {}}, names, choose)
	chosen.ShowIndex(0)
	choose(0)
	box = dialog.New(dialogs.Canvas(), title, container.NewBorder(chosen, nil, nil, nil, page),
		layout.NewSpacer(), form.NewDialogButton(words.Text("settings.close"), hide, hide))
	box.SetSize(fyne.NewSize(theme.Grid(170), theme.Grid(150)))
	dialogs.Present(box)
	dialogs.Canvas().Focus(chosen)
}
