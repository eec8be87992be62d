package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// longestName is how many characters of a server's name stand in the top bar.
const longestName = 28

// topBar is the row above the list: where to, what to add, and what to do with
// all of it.
type topBar struct {
	content  *fyne.Container
	label    fyne.CanvasObject
	to       *widget.Button
	folder   *widgets.IconButton // opens the built-in receiver's folder
	add      *widget.Button
	toggle   *widget.Button      // pauses or resumes everything
	toggling *widgets.IconButton // the same without words, for a narrow window
	finish   *widgets.IconButton // removes what is finished
	settings *widgets.IconButton

	canvas  fyne.Canvas
	actions barActions
	servers []uploader.Server
	chosen  uploader.ServerID
	name    string // of the chosen server
	pausing bool
}

// barActions is what the bar's buttons do.
type barActions struct {
	choose                              func(uploader.ServerID)
	addServer, addFiles, addFolder      func()
	manage                              func()
	pauseAll, resumeAll, finish, reveal func()
	settings                            func()
}

func newTopBar(canvas fyne.Canvas, hints *widgets.Hints, actions barActions) *topBar {
	b := &topBar{canvas: canvas, actions: actions, pausing: true}
	b.to = widget.NewButtonWithIcon("", theme.Icon(theme.IconChevronDown), b.openServers)
	b.to.IconPlacement = widget.ButtonIconTrailingText
	b.add = widget.NewButtonWithIcon(words.Say("top.add"), theme.Icon(theme.IconAdd), b.openAdd)
	b.add.Importance = widget.HighImportance
	b.toggle = widget.NewButtonWithIcon(words.Say("top.pause-all"), theme.Icon(theme.IconPause), b.toggleAll)
	b.finish = widgets.NewIconButton(theme.IconRemove, hints, words.Say("top.remove-finished"), actions.finish)
	b.folder = widgets.NewIconButton(theme.IconFolderOpen, hints, words.Say("top.open-received"), actions.reveal)
	b.toggling = widgets.NewIconButton(theme.IconPause, hints, words.Say("top.pause-all"), b.toggleAll)
	b.settings = widgets.NewIconButton(theme.IconSettings, hints, words.Say("top.settings"), actions.settings)
	b.label = muted(words.Say("top.to"))
	b.content = container.New(&barLine{b}, b.label, b.to, b.folder, b.add, b.toggle, b.toggling, b.finish, b.settings)
	return b
}

// muted is a word that explains what stands beside it.
func muted(text string) fyne.CanvasObject {
	style := widget.RichTextStyleInline
	style.ColorName = theme.ColorMuted
	return widget.NewRichText(&widget.TextSegment{Text: text, Style: style})
}

// show brings the bar to the state of the snapshot.
func (b *topBar) show(s *uploader.Snapshot, chosen uploader.Server, sum tally) {
	b.servers = s.Servers
	b.chosen = chosen.ID
	if name := shorten(words.Server(chosen), longestName); name != b.name || chosen.Builtin() != b.folder.Visible() {
		b.name = name
		draw.SetVisible(b.folder, chosen.Builtin())
		b.content.Refresh()
	}
	setEnabled(b.finish, sum.closed > 0)
	setEnabled(b.toggle, sum.running+sum.held > 0)
	setEnabled(b.toggling, sum.running+sum.held > 0)
	b.setPausing(sum.running > 0 || sum.held == 0)
}

func (b *topBar) setPausing(pausing bool) {
	if pausing == b.pausing {
		return
	}
	b.pausing = pausing
	icon, label := theme.IconResume, words.Say("top.resume-all")
	if pausing {
		icon, label = theme.IconPause, words.Say("top.pause-all")
	}
	b.toggle.Icon = theme.Icon(icon)
	b.toggle.SetText(label)
	b.toggling.Set(icon, label)
	b.content.Refresh()
}

func (b *topBar) toggleAll() {
	if b.pausing {
		b.actions.pauseAll()
		return
	}
	b.actions.resumeAll()
}

func (b *topBar) openServers() { b.open(b.serverMenu(), b.to) }

func (b *topBar) serverMenu() *fyne.Menu {
	items := make([]*fyne.MenuItem, 0, len(b.servers)+2)
	for _, server := range b.servers {
		item := fyne.NewMenuItem(shorten(words.Server(server), 2*longestName), func() { b.actions.choose(server.ID) })
		item.Icon = serverIcon(server)
		item.Checked = server.ID == b.chosen
		items = append(items, item)
	}
	more := fyne.NewMenuItem(words.Say("top.add-server"), b.actions.addServer)
	more.Icon = theme.Icon(theme.IconAdd)
	items = append(items, fyne.NewMenuItemSeparator(), more)
	if len(b.servers) > 1 {
		manage := fyne.NewMenuItem(words.Say("top.manage-servers"), b.actions.manage)
		manage.Icon = theme.Icon(theme.IconServer)
		items = append(items, manage)
	}
	return fyne.NewMenu("", items...)
}

func serverIcon(server uploader.Server) fyne.Resource {
	if server.Builtin() {
		return theme.Icon(theme.IconComputer)
	}
	return theme.Icon(theme.IconServer)
}

func (b *topBar) openAdd() {
	files := fyne.NewMenuItem(words.Say("top.add-files"), b.actions.addFiles)
	files.Icon = theme.Icon(theme.IconFile)
	folder := fyne.NewMenuItem(words.Say("top.add-folder"), b.actions.addFolder)
	folder.Icon = theme.Icon(theme.IconFolder)
	b.open(fyne.NewMenu("", files, folder), b.add)
}

func (b *topBar) open(menu *fyne.Menu, below *widget.Button) {
	widget.ShowPopUpMenuAtRelativePosition(menu, b.canvas, fyne.NewPos(0, below.Size().Height), below)
}

// shorten leaves the beginning of a text that is too long for its place.
func shorten(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}
