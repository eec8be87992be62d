package app

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/assets"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// The window's sizes in the toolkit's units.
var (
	startSize = fyne.NewSize(960, 640)
	leastSize = fyne.NewSize(480, 360)
)

// windowActions are what the parts of the window do.
type windowActions struct {
	bar      barActions
	list     listActions
	footer   footerActions
	recall   func(id uploader.TransferID, then func(dossier)) // see detailsActions
	copy     func(text string)
	addFiles func()
	resized  func(fyne.Size)
}

// window is Ferry's one window. It lives on the UI's goroutine.
type window struct {
	window      fyne.Window
	actions     windowActions
	bar         *topBar
	banner      *notice
	filter      *filterBar
	list        *listing
	details     *details
	middle      *fyne.Container     // list and details
	unmatched   *widgets.EmptyState // in the place of the list when filter and search match nothing
	unmatchedAs widgets.EmptyModel
	empty       *widgets.EmptyState
	emptyFor    uploader.ServerID // whose name the empty state contains
	footer      *footer
	toasts      *widgets.Toasts
	hints       *widgets.Hints
	visible     bool
	destination *destination
	settings    *settings.Book
	refresh     func() // shows the newest snapshot soon
}

// newWindow returns a window without content; see furnish.
func newWindow(toolkit fyne.App, to *destination, book *settings.Book, refresh func(), blocker func(blockade) widgets.BannerModel) *window {
	w := &window{
		window: toolkit.NewWindow("Ferry"), destination: to, settings: book, refresh: refresh,
		banner: newNotice(blocker), toasts: widgets.NewToasts(), hints: widgets.NewHints(),
	}
	w.window.SetPadded(false)
	w.window.Resize(startSize)
	return w
}

// furnish creates everything in the window, in the language and size of the settings.
// The banner and the message that is shown stay.
func (w *window) furnish() {
	w.emptyFor, w.unmatchedAs = 0, widgets.EmptyModel{}
	w.bar = newTopBar(w.window.Canvas(), w.hints, w.actions.bar)
	w.filter = newFilterBar(w.hints, filterActions{choose: w.setFilter, seek: w.search, find: w.find, leave: w.focusList})
	list := w.actions.list
	list.details, list.selected = w.openDetails, w.followSelection
	w.list = newListing(w.hints, list)
	w.unmatched = widgets.NewEmptyState(widgets.EmptyModel{}, w.showAll)
	w.empty = widgets.NewEmptyState(widgets.EmptyModel{}, w.actions.addFiles)
	w.footer = newFooter(w.window.Canvas(), w.hints, w.actions.footer)

	top := container.NewVBox(container.NewPadded(w.bar.content), w.banner.content, w.filter.content, widget.NewSeparator())
	bottom := container.NewVBox(widget.NewSeparator(), w.footer.content)
	w.details = newDetails(w.hints, detailsActions{recall: w.actions.recall, copy: w.actions.copy, closed: w.closeDetails})
	w.middle = container.New(beside{}, container.NewStack(w.list.rows, w.empty, w.unmatched), w.details.content)
	frame := container.NewBorder(top, bottom, nil, nil, w.middle)
	w.banner.relayout, w.filter.relayout = frame.Refresh, frame.Refresh
	w.window.SetContent(container.New(minimum{w.actions.resized}, container.NewStack(frame, w.toasts, w.hints)))
}

// refurnish creates everything again, with the same part of the list, the same
// selection and the same details.
func (w *window) refurnish() {
	filter, list, details := w.filter, w.list, w.details
	selected := list.rows.Selected()
	w.hints.Dismiss()
	w.furnish()
	w.filter.continueWith(filter)
	w.list.continueWith(list)
	w.list.rows.Refresh()
	w.list.rows.ScrollBack(list.rows.Scrolled())
	w.list.rows.Select(selected...)
	w.details.continueWith(details)
}

// show brings the window to the state of the snapshot.
func (w *window) show(s *uploader.Snapshot, sum tally) {
	server := w.destination.in(s)
	w.bar.show(s, server, sum)
	w.showEmpty(server)
	w.banner.show(s)
	w.footer.show(s, w.settings.Get().Transfers, time.Now())
	w.list.show(s)
	w.filter.show(s, len(s.Transfers) > 0 || w.list.Len() > 0) // a folder has no transfers before the first is found
	w.details.show(s, time.Now())
	nothing := w.list.Len() == 0
	if nothing {
		w.showUnmatched()
	}
	widgets.SetVisible(w.empty, nothing && len(s.Transfers) == 0)
	widgets.SetVisible(w.unmatched, nothing && len(s.Transfers) > 0)
	widgets.SetVisible(w.list.rows, !nothing)
}

func (w *window) showUnmatched() {
	if model := unmatched(w.filter.chosen, w.filter.field.Text); model != w.unmatchedAs {
		w.unmatchedAs = model
		w.unmatched.SetModel(model)
	}
}

// showEmpty keeps the empty state's words to where things will go.
func (w *window) showEmpty(server uploader.Server) {
	if w.emptyFor == server.ID {
		return
	}
	w.emptyFor = server.ID
	w.empty.SetModel(widgets.EmptyModel{
		Picture: assets.Harbour(),
		Title:   words.Say("empty.title"),
		Hint:    emptyHint(server),
		Button:  words.Say("empty.add"),
		Icon:    theme.IconAdd,
	})
}

func emptyHint(server uploader.Server) string {
	if server.Builtin() {
		return words.Say("empty.text.builtin")
	}
	return words.Say("empty.text", words.Data{"Server": words.Server(server)})
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

// warn shows a message for some seconds.
func (w *window) warn(text string) { w.toasts.Say(text) }

// minimum is a layout that keeps the window from becoming too small to use.
type minimum struct {
	resized func(fyne.Size) // is called with the window's size
}

func (minimum) MinSize([]fyne.CanvasObject) fyne.Size { return leastSize }

func (m minimum) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, object := range objects {
		object.Resize(size)
	}
	m.resized(size)
}

// setFilter shows the transfers of a filter.
func (w *window) setFilter(chosen filter) {
	w.filter.chosen = chosen
	w.list.filter(chosen)
	w.refresh()
}

// search shows the transfers that match a text.
func (w *window) search(text string) {
	w.list.seek(newSearch(text))
	w.refresh()
}

// find moves the focus to the search field.
func (w *window) find() {
	bar := w.filter
	if !bar.content.Visible() {
		return
	}
	bar.field.Show()
	w.window.Canvas().Focus(bar.field)
	bar.field.TypedShortcut(&fyne.ShortcutSelectAll{})
}

// focusList moves the focus to the list.
func (w *window) focusList() { w.window.Canvas().Focus(w.list.rows) }

// showAll clears the search, or else the filter.
func (w *window) showAll() {
	if field := w.filter.field; field.Text != "" {
		field.Clear()
		return
	}
	w.setFilter(filterAll)
}

// openDetails shows the details of a transfer beside the list.
func (w *window) openDetails(id uploader.TransferID) {
	w.details.open(id)
	w.middle.Refresh()
	w.refresh()
}

func (w *window) closeDetails() { w.openDetails(0) }

// followSelection shows the selected transfer in the details if they are open and
// nothing else is selected.
func (w *window) followSelection() {
	if w.details.of == 0 {
		return
	}
	if selected := w.list.selected(); selected.situation().one {
		w.openDetails(selected.singles[0].ID)
	}
}
