package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/servers"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// addOptions is the dialog for options of what is added next: a folder on the server, metadata,
// a speed limit, and what to do with files that exist. It must be used on the UI goroutine.
type addOptions struct {
	adder  *adder
	server uploader.Server

	box      *dialog.Dialog
	page     *dialog.Page
	folder   *form.Entry     // disabled if the server is told of no folders
	place    *dialog.Setting // of folder
	metadata *form.Entry
	template *dialog.Setting // of metadata
	limit    *form.RateField
	speed    *dialog.Setting // of limit
	exists   *form.Select
	again    *form.Checkbox
}

// existsChoices are the choices for files whose name exists on the server. The last one is
// only offered if the server can overwrite.
var existsChoices = []uploader.ExistsPolicy{uploader.ExistsAsk, uploader.ExistsSkip, uploader.ExistsRename, uploader.ExistsOverwrite}

// addWithOptions asks for options, and for the files or folders to be added with them.
func (a *adder) addWithOptions() {
	o := &addOptions{adder: a, server: a.destination.server(a.bridge.Snapshot())}
	hide := func() { o.box.Hide() }
	o.page = dialog.NewPage()
	host := form.Host{Close: hide, Reveal: o.page.Reveal}
	use := o.server.FolderUse()
	o.folder = form.NewEntry(host, 60, func(string) { o.check() })
	o.folder.SetPlaceHolder("2026/raw")
	o.place = dialog.NewWideSetting(words.Text("add-options.folder-on-server"), words.Text("add-options.folder-on-server."+folderUseNames[use]), o.folder)
	if use == uploader.FolderIgnored {
		o.folder.Disable()
	} else {
		o.folder.ShowText(a.destination.folder(o.server.ID))
	}
	o.metadata = form.NewMultilineEntry(host, 3, func(string) { o.check() })
	o.metadata.SetPlaceHolder("folder=raw")
	o.template = dialog.NewWideSetting(words.Text("server.metadata"), words.Text("add-options.metadata.help"), o.metadata)
	o.limit = form.NewRateField(host)
	o.limit.Changed = func(int64, bool) { o.check() }
	o.speed = dialog.NewSetting(words.Text("add-options.limit"), "", o.limit.Content)
	labels := []string{words.Text("add-options.exists.ask"), words.Text("exists.skip"), words.Text("exists.rename"), words.Text("exists.overwrite")}
	if !o.server.Options.CanOverwrite() {
		labels = labels[:len(labels)-1]
	}
	o.exists = form.NewSelect(host, labels, func(int) {})
	o.exists.ShowIndex(0)
	o.again = form.NewCheckbox(host, func(bool) {})
	to := dialog.NewParagraph("")
	to.Set(words.Text("preview.to", words.Data{"Server": words.Server(o.server)}), theme.Muted)
	o.page.SetObjects(to, o.place, o.template, o.speed,
		dialog.NewSetting(words.Text("add-options.exists"), words.Text("add-options.exists.help"), o.exists),
		dialog.NewSetting(words.Text("add-options.again"), words.Text("add-options.again.help"), o.again))

	folder := form.NewDialogButton(words.Text("add-options.folder"), func() { o.choose(a.files.chooseFolders, "choose.folder") }, hide)
	files := form.NewDialogButton(words.Text("add-options.files"), func() { o.choose(a.files.chooseFiles, "choose.files") }, hide)
	files.Importance = widget.HighImportance
	cancel := form.NewDialogButton(words.Text("cancel"), hide, hide)
	o.box = dialog.New(a.dialogs.Canvas(), words.Text("add-options.title"), o.page, layout.NewSpacer(), cancel, folder, files)
	o.box.SetSize(fyne.NewSize(theme.Grid(140), 0))
	a.dialogs.PresentWith(o.box, form.Drops{Take: o.take})
	a.dialogs.Canvas().Focus(o.firstField())
}

// folderUseNames are the names of what becomes of a folder, in translation keys.
var folderUseNames = map[uploader.FolderUse]string{
	uploader.FolderIgnored: "ignored", uploader.FolderTold: "told", uploader.FolderObserved: "observed",
}

func (o *addOptions) firstField() fyne.Focusable {
	if o.folder.Disabled() {
		return o.metadata
	}
	return o.folder
}

// check shows what is not valid, and reports whether everything is.
func (o *addOptions) check() bool {
	place, template, speed := "", "", ""
	if _, err := uploader.CleanFolder(o.folder.Text); err != nil {
		place = words.Text("add-options.folder-on-server.invalid")
	}
	if _, err := uploader.ParseMetadata(o.metadata.Text); err != nil {
		template = servers.MetadataErrorText(err)
	}
	if _, valid := o.limit.Rate(); !valid {
		speed = words.Text("add-options.limit.invalid")
	}
	changed := o.template.SetProblem(template)
	changed = o.place.SetProblem(place) || changed
	if o.speed.SetProblem(speed) || changed {
		o.page.Relayout()
	}
	valid := place == "" && template == "" && speed == ""
	if valid {
		o.box.SetNotice("")
	}
	return valid
}

// options returns the options for the batch, and keeps the folder for the next one.
func (o *addOptions) options() uploader.BatchOptions {
	limit, _ := o.limit.Rate()
	folder, _ := uploader.CleanFolder(o.folder.Text)
	if !o.folder.Disabled() {
		o.adder.destination.chooseFolder(o.server.ID, folder)
	}
	return uploader.BatchOptions{Folder: folder, Metadata: o.metadata.Text, Limit: limit, Exists: existsChoices[o.exists.SelectedIndex()], UploadAgain: o.again.Checked}
}

// take adds what was dropped on the dialog.
func (o *addOptions) take(paths []string, refused int) {
	if !o.check() {
		o.box.SetNotice(words.Text("add-options.dropped.invalid"))
		return
	}
	options := o.options()
	o.box.Hide()
	o.adder.addWith(o.server.ID, paths, refused, options)
}

// choose asks for files or folders with one of the file dialogs, and adds them.
func (o *addOptions) choose(ask func(platform.ChooserOptions, func([]string)), title string) {
	if !o.check() {
		return
	}
	options := o.options()
	o.box.Hide()
	ask(addQuestion(title), func(paths []string) { o.adder.addWith(o.server.ID, paths, 0, options) })
}
