package frame

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// TopBar is the bar above the list: the destination, the button for adding files, and
// actions on all transfers. It must be used on the UI goroutine.
type TopBar struct {
	Content        *fyne.Container
	label          fyne.CanvasObject
	Destination    *widgets.Button
	folder         *widgets.IconButton // opens the built-in receiver's folder
	Add            *widgets.Button
	Toggle         *widgets.Button     // pauses or resumes all transfers
	toggleBox      *fyne.Container     // contains Toggle
	toggleIcon     *widgets.IconButton // the same without text, for a narrow window
	RemoveFinished *widgets.IconButton
	history        *widgets.IconButton
	settings       *widgets.IconButton

	canvas  fyne.Canvas
	actions TopBarActions
	servers []uploader.Server
	chosen  uploader.ServerID
	name    string // of the chosen server
	pausing bool   // Toggle pauses
}

// TopBarActions are the actions of the top bar.
type TopBarActions struct {
	Choose                                            func(uploader.ServerID)
	AddServer, AddFiles, AddFolder, AddWithOptions    func()
	ManageServers                                     func()
	PauseAll, ResumeAll, RemoveFinished, OpenReceived func()
	OpenHistory, OpenSettings                         func()

	Received       func() string // the folder of the built-in receiver
	ChangeReceived func()
}

// NewTopBar returns a top bar. Its menus open on canvas.
func NewTopBar(canvas fyne.Canvas, tooltips *widgets.Tooltips, actions TopBarActions) *TopBar {
	b := &TopBar{canvas: canvas, actions: actions, pausing: true}
	b.Destination = widgets.NewButton("", theme.Icon(theme.IconChevronDown), b.openServers)
	b.Destination.IconPlacement = widget.ButtonIconTrailingText
	b.Add = widgets.NewButton(words.Text("top.add"), theme.Icon(theme.IconAdd), b.openAdd)
	b.Add.Importance = widget.HighImportance
	b.Toggle = widgets.NewButton(words.Text("top.pause-all"), theme.Icon(theme.IconPause), b.toggleAll)
	b.toggleBox = container.New(fixedWidth{b.Toggle, []string{words.Text("top.pause-all"), words.Text("top.resume-all")}}, b.Toggle)
	b.RemoveFinished = widgets.NewIconButton(theme.IconRemove, tooltips, words.Text("top.remove-finished"), actions.RemoveFinished)
	b.folder = widgets.NewIconButton(theme.IconFolderOpen, tooltips, words.Text("top.open-received"), actions.OpenReceived)
	b.toggleIcon = widgets.NewIconButton(theme.IconPause, tooltips, words.Text("top.pause-all"), b.toggleAll)
	b.history = widgets.NewIconButton(theme.IconClock, tooltips, words.Text("top.history"), actions.OpenHistory)
	b.settings = widgets.NewIconButton(theme.IconSettings, tooltips, words.Text("top.settings"), actions.OpenSettings)
	b.label = muted(words.Text("top.to"))
	b.Content = container.New(&topBarLayout{b}, b.label, b.Destination, b.folder, b.Add, b.toggleBox, b.toggleIcon, b.RemoveFinished, b.history, b.settings)
	return b
}

// muted returns a label in the muted colour.
func muted(text string) fyne.CanvasObject {
	style := widget.RichTextStyleInline
	style.ColorName = theme.ColorMuted
	return widget.NewRichText(&widget.TextSegment{Text: text, Style: style})
}

// Show shows a snapshot and the chosen destination.
func (b *TopBar) Show(s *uploader.Snapshot, chosen uploader.Server, counts view.Counts) {
	b.servers = s.Servers
	b.chosen = chosen.ID
	if name := view.Shorten(words.Server(chosen), view.MaxNameLength); name != b.name || chosen.Builtin() != b.folder.Visible() {
		b.name = name
		draw.SetVisible(b.folder, chosen.Builtin())
		b.Content.Refresh()
	}
	setEnabled(b.RemoveFinished, counts.Final > 0)
	setEnabled(b.Toggle, counts.Running+counts.Paused > 0)
	setEnabled(b.toggleIcon, counts.Running+counts.Paused > 0)
	b.setPausing(counts.Running > 0 || counts.Paused == 0)
}

func (b *TopBar) setPausing(pausing bool) {
	if pausing == b.pausing {
		return
	}
	b.pausing = pausing
	icon, label := theme.IconResume, words.Text("top.resume-all")
	if pausing {
		icon, label = theme.IconPause, words.Text("top.pause-all")
	}
	b.Toggle.Icon = theme.Icon(icon)
	b.Toggle.SetText(label)
	b.toggleIcon.Set(icon, label)
	b.Content.Refresh()
}

func (b *TopBar) toggleAll() {
	if b.pausing {
		b.actions.PauseAll()
		return
	}
	b.actions.ResumeAll()
}

func (b *TopBar) openServers() { b.open(b.ServerMenu(), b.Destination) }

// ServerMenu returns the menu of destinations.
func (b *TopBar) ServerMenu() *fyne.Menu {
	items := make([]*fyne.MenuItem, 0, len(b.servers)+2)
	for _, server := range b.servers {
		if server.Options.RemoveUsed { // for one file only, which was added with it
			continue
		}
		item := fyne.NewMenuItem(view.Shorten(words.Server(server), 2*view.MaxNameLength), func() { b.actions.Choose(server.ID) })
		item.Icon = theme.Icon(view.ServerIcon(server))
		item.Checked = server.ID == b.chosen
		items = append(items, item)
	}
	if b.chosen == uploader.BuiltinServer {
		path := view.ShortenPath(b.actions.Received(), 2*view.MaxNameLength)
		folder := fyne.NewMenuItem(words.Text("top.received-folder", words.Data{"Folder": path}), b.actions.ChangeReceived)
		folder.Icon = theme.Icon(theme.IconFolder)
		items = append(items, fyne.NewMenuItemSeparator(), folder)
	}
	more := fyne.NewMenuItem(words.Text("top.add-server"), b.actions.AddServer)
	more.Icon = theme.Icon(theme.IconAdd)
	items = append(items, fyne.NewMenuItemSeparator(), more)
	if len(b.servers) > 1 {
		manage := fyne.NewMenuItem(words.Text("top.manage-servers"), b.actions.ManageServers)
		manage.Icon = theme.Icon(theme.IconServer)
		items = append(items, manage)
	}
	return fyne.NewMenu("", items...)
}

func (b *TopBar) openAdd() {
	files := fyne.NewMenuItem(words.Text("top.add-files"), b.actions.AddFiles)
	files.Icon = theme.Icon(theme.IconFile)
	folder := fyne.NewMenuItem(words.Text("top.add-folder"), b.actions.AddFolder)
	folder.Icon = theme.Icon(theme.IconFolder)
	options := fyne.NewMenuItem(words.Text("top.add-options"), b.actions.AddWithOptions)
	options.Icon = theme.Icon(theme.IconSettings)
	b.open(fyne.NewMenu("", files, folder, fyne.NewMenuItemSeparator(), options), b.Add)
}

func (b *TopBar) open(menu *fyne.Menu, below *widgets.Button) {
	widget.ShowPopUpMenuAtRelativePosition(menu, b.canvas, fyne.NewPos(0, below.Size().Height), below)
}
