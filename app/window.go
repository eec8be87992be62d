package app

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/details"
	"github.com/ferryapp/ferry/app/frame"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/transferlist"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/windowstate"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/assets"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// The window's initial and smallest size, in the toolkit's units.
var (
	startSize = fyne.NewSize(960, 640)
	minSize   = fyne.NewSize(480, 360)
)

// maxFolderLength is the maximum number of characters of a folder in the empty state.
const maxFolderLength = 60

// windowActions are the actions of the window's parts.
type windowActions struct {
	bar       frame.TopBarActions
	list      transferlist.ListActions
	footer    frame.FooterActions
	read      func(id uploader.TransferID, then func(view.Record)) // see details.Actions
	copy      func(text string)
	addFiles  func()
	addServer func()
	resized   func(fyne.Size)
	layOut    func()            // is called when all parts of the window must be laid out again, and may only queue that
	notify    func(text string) // shows a message in a notification
}

// window is Ferry's window. It must be used on the UI goroutine.
type window struct {
	window         fyne.Window
	actions        windowActions
	bar            *frame.TopBar
	banner         *frame.Banner
	filter         *transferlist.FilterBar
	list           *transferlist.List
	details        *details.Pane
	middle         *fyne.Container     // list and details
	noMatches      *widgets.EmptyState // replaces the list if filter and search match nothing
	noMatchesModel widgets.EmptyModel
	newRows        *newRows
	empty          *widgets.EmptyState
	loading        *widgets.EmptyState // replaces the list until the transfers are loaded
	emptyFor       emptyContext        // what the empty state shows
	receivedDir    string              // the folder of the built-in receiver
	footer         *frame.Footer
	toasts         *widgets.Toasts
	tooltips       *widgets.Tooltips
	watch          *draw.Watch // of the present content
	visible        bool
	destination    *destination
	settings       *settings.Current
	state          *windowstate.Current
	restored       bool   // what was open and selected is as in state
	refresh        func() // shows the newest snapshot soon
}

// newWindow returns a window without content; see build.
func newWindow(toolkit fyne.App, to *destination, config Config, refresh func(), messages frame.BannerModels) *window {
	w := &window{
		window: toolkit.NewWindow("Ferry"), destination: to, settings: config.Settings, state: config.State, refresh: refresh, receivedDir: config.ReceivedDir,
		banner: frame.NewBanner(messages), toasts: widgets.NewToasts(), tooltips: widgets.NewTooltips(),
	}
	w.window.SetPadded(false)
	w.window.Resize(initialSize(config.State.Get()))
	return w
}

// build creates the content of the window, in the language and size of the settings. The
// banner and the toasts are kept.
func (w *window) build() {
	w.emptyFor, w.noMatchesModel = emptyContext{}, widgets.EmptyModel{}
	w.bar = frame.NewTopBar(w.window.Canvas(), w.tooltips, w.actions.bar)
	w.filter = transferlist.NewFilterBar(w.tooltips, transferlist.FilterActions{Choose: w.setFilter, Search: w.search, FocusSearch: w.find, FocusList: w.focusList, Sort: w.setSort, Sorted: func() view.Sort { return w.list.Sort() }})
	list := w.actions.list
	list.ShowDetails, list.SelectionChanged = w.openTransfer, w.followSelection
	w.list = transferlist.NewList(w.tooltips, list)
	w.newRows = newNewRows(w.revealNew)
	w.noMatches = widgets.NewEmptyState(widgets.EmptyModel{}, w.showAll)
	w.noMatches.OnSecondTapped = func() { w.filter.Field.Clear() }
	w.empty = widgets.NewEmptyState(widgets.EmptyModel{}, w.actions.addFiles)
	w.empty.Tooltips, w.empty.OnSecondTapped = w.tooltips, w.actions.addServer
	w.loading = widgets.NewEmptyState(widgets.EmptyModel{Title: words.Text("loading.title"), Hint: words.Text("loading.text")}, nil)
	w.footer = frame.NewFooter(w.window.Canvas(), w.tooltips, w.actions.footer)

	top := container.NewVBox(container.NewPadded(w.bar.Content), w.banner.Content, w.filter.Content, widget.NewSeparator())
	bottom := container.NewVBox(widget.NewSeparator(), w.footer.Content)
	w.details = details.New(w.tooltips, details.Actions{Read: w.actions.read, Refresh: w.refresh, Copy: w.actions.copy, Act: w.actions.list.Act, Closed: w.closeDetails})
	w.middle = container.New(details.Layout{}, container.NewStack(w.list.Rows, w.newRows.content, w.empty, w.loading, w.noMatches), w.details.Content)
	content := container.NewBorder(top, bottom, nil, nil, w.middle)
	w.banner.Relayout, w.filter.Relayout = content.Refresh, content.Refresh
	w.window.SetContent(container.New(minSizeLayout{w.actions.resized}, container.NewStack(content, w.toasts, w.tooltips, w.newWatch())))
}

// newWatch returns the watch of a new content. That of the content before reports nothing more.
func (w *window) newWatch() *draw.Watch {
	var watch *draw.Watch
	watch = draw.NewWatch(func() {
		if watch == w.watch {
			w.actions.layOut()
		}
	})
	w.watch = watch
	return watch
}

// layOut lays out everything in the window, and draws it.
func (w *window) layOut() {
	draw.LayOut(w.window.Content())
	w.window.Canvas().Refresh(w.window.Content()) // the parts have no canvas before they are drawn again
}

// rebuild creates the content again, with the same scroll position, selection and
// details.
func (w *window) rebuild() {
	filter, list, pane := w.filter, w.list, w.details
	selected := list.Rows.Selected()
	w.tooltips.Dismiss()
	w.build()
	w.filter.CopyState(filter)
	w.list.CopyState(list)
	w.list.Rows.Refresh()
	w.list.Rows.SetScrollOffset(list.Rows.ScrollOffset())
	w.list.Rows.Select(selected...)
	w.details.CopyState(pane)
}

// show shows a snapshot. It returns the time after which the snapshot must be shown again; 0
// for never.
func (w *window) show(s *uploader.Snapshot, counts view.Counts) (again time.Duration) {
	server := w.destination.server(s)
	if title := view.Title(s); title != w.window.Title() {
		w.window.SetTitle(title)
	}
	w.bar.Show(s, server, counts)
	w.showEmpty(server, len(s.Servers) == 1)
	w.banner.Show(s)
	w.footer.Show(s, w.settings.Get().Transfers, time.Now())
	again = w.list.Show(s)
	if !s.Loading {
		w.restore()
	}
	w.filter.Show(w.list.Tabs(), s.Transfers.Len() > 0 || w.list.Len() > 0) // a batch has no transfers before its first file is found
	again = sooner(again, w.details.Show(s, time.Now()))
	noRows := w.list.Len() == 0
	if noRows {
		w.showNoMatches()
	}
	draw.SetVisible(w.loading, s.Loading)
	draw.SetVisible(w.empty, noRows && s.Transfers.Len() == 0 && !s.Loading)
	draw.SetVisible(w.noMatches, noRows && s.Transfers.Len() > 0)
	draw.SetVisible(w.list.Rows, !noRows)
	w.showNewRows()
	return again
}

// showNoMatches sets the text that replaces the list if nothing matches.
func (w *window) showNoMatches() {
	if model := transferlist.NoMatches(w.filter.Chosen, w.filter.Field.Text); model != w.noMatchesModel {
		w.noMatchesModel = model
		w.noMatches.SetModel(model)
	}
}

// emptyContext is what the text of the empty state depends on, except the folder of the
// built-in receiver.
type emptyContext struct {
	server uploader.ServerID // the destination
	only   bool              // there is no other server
}

// showEmpty sets the text of the empty state, which names the destination. While there is
// nothing but the built-in receiver, it offers to add a server.
func (w *window) showEmpty(server uploader.Server, only bool) {
	context := emptyContext{server: server.ID, only: only}
	if w.emptyFor == context {
		return
	}
	w.emptyFor = context
	model := widgets.EmptyModel{
		Picture: assets.Harbour(),
		Title:   words.Text("empty.title"),
		Hint:    w.emptyHint(server, only),
		Tooltip: w.emptyTooltip(server),
		Button:  words.Text("empty.add"),
		Icon:    theme.IconAdd,
	}
	if only && server.Builtin() {
		model.Second = words.Text("top.add-server")
	}
	w.empty.SetModel(model)
}

func (w *window) emptyHint(server uploader.Server, only bool) string {
	if !server.Builtin() {
		return words.Text("empty.text", words.Data{"Server": words.Unbroken(words.Server(server))})
	}
	data := words.Data{"Folder": words.Unbroken(view.ShortenPath(w.receivedDir, maxFolderLength))}
	if only {
		return words.Text("empty.text.only", data)
	}
	return words.Text("empty.text.builtin", data)
}

// emptyTooltip returns the whole path of the folder, if it is shortened in the empty state.
func (w *window) emptyTooltip(server uploader.Server) string {
	path := words.Path(w.receivedDir)
	if !server.Builtin() || view.ShortenPath(w.receivedDir, maxFolderLength) == path {
		return ""
	}
	return path
}

func (w *window) open() {
	w.visible = true
	w.window.Show()
	w.window.RequestFocus()
}

func (w *window) hide() {
	w.visible = false
	w.window.Hide()
}

// showMessage shows a message for some seconds; while the window is hidden, in a
// notification.
func (w *window) showMessage(text string) {
	if w.visible {
		w.toasts.Notify(text)
		return
	}
	w.actions.notify(text)
}

// minSizeLayout gives the window its minimum size.
type minSizeLayout struct {
	resized func(fyne.Size) // called with the window's size
}

func (minSizeLayout) MinSize([]fyne.CanvasObject) fyne.Size { return minSize }

func (m minSizeLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, object := range objects {
		object.Resize(size)
	}
	m.resized(size)
}

// setFilter shows the transfers that match a filter.
func (w *window) setFilter(chosen view.Filter) {
	w.filter.Chosen = chosen
	w.list.SetFilter(chosen)
	w.refresh()
}

// setSort changes the order of the list.
func (w *window) setSort(order view.Sort) {
	w.list.SetSort(order)
	w.state.Update(func(s *windowstate.State) { s.Sort = order.String() })
}

// search shows the transfers that match a text.
func (w *window) search(text string) {
	w.list.SetSearch(view.NewSearch(text))
	if text == "" {
		w.list.Rows.Refresh()
		w.list.Rows.ScrollToCursor() // what was found and selected
	}
	w.refresh()
}

// find moves the focus to the search field.
func (w *window) find() {
	bar := w.filter
	if !bar.Content.Visible() {
		return
	}
	draw.SetVisible(bar.Field, true)
	w.window.Canvas().Focus(bar.Field)
	bar.Field.TypedShortcut(&fyne.ShortcutSelectAll{})
}

// focusList moves the focus to the list.
func (w *window) focusList() { w.window.Canvas().Focus(w.list.Rows) }

// showAll removes the filter, or clears the search if there is no filter.
func (w *window) showAll() {
	if w.filter.Chosen == view.FilterAll {
		w.filter.Field.Clear()
		return
	}
	w.setFilter(view.FilterAll)
}

// openDetails shows the details of a subject beside the list; an empty one closes them.
func (w *window) openDetails(subject view.Subject) {
	id := subject.Transfer()
	w.state.Update(func(s *windowstate.State) { s.Details, s.DetailsOfRows = id, id == 0 && !subject.Empty() })
	w.details.Open(subject)
	w.middle.Refresh()
	w.refresh()
}

// openTransfer shows the details of one transfer.
func (w *window) openTransfer(id uploader.TransferID) {
	w.openDetails(view.Subject{Transfers: []uploader.TransferID{id}})
}

func (w *window) closeDetails() { w.openDetails(view.Subject{}) }

// followSelection shows the selection in the details, if they are open and something is
// selected.
func (w *window) followSelection() {
	w.keepSelection()
	if w.details.Subject().Empty() {
		return
	}
	if selected := w.list.Selected(); !selected.Empty() {
		w.openDetails(view.SubjectOf(selected))
	}
}
