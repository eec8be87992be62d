package app

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/assets"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// The window's sizes in the toolkit's units.
var (
	startSize = fyne.NewSize(960, 640)
	leastSize = fyne.NewSize(480, 360)
)

// window is Ferry's one window. It lives on the UI's goroutine.
type window struct {
	window      fyne.Window
	bar         *topBar
	banner      *notice
	filter      *filterBar
	list        *listing
	details     *details
	middle      *fyne.Container     // list and details
	unmatched   *widgets.EmptyState // stands for the list where filter and search leave nothing
	unmatchedAs widgets.EmptyModel
	empty       *widgets.EmptyState
	emptyFor    uploader.ServerID // whose name the empty state says
	footer      *footer
	toasts      *widgets.Toasts
	hints       *widgets.Hints
	visible     bool
	destination *destination
	transfers   func() uploader.Settings // as they are now
}

func newWindow(f *ferry) *window {
	w := &window{
		window: f.toolkit.NewWindow("Ferry"), destination: f.destination, transfers: func() uploader.Settings { return f.config.Settings.Get().Transfers },
		banner: newNotice(f.bannerOf), toasts: widgets.NewToasts(), hints: widgets.NewHints(),
	}
	w.furnish(f)
	w.window.SetPadded(false)
	w.window.Resize(startSize)
	w.window.SetCloseIntercept(f.closeWindow)
	w.window.SetOnDropped(func(_ fyne.Position, uris []fyne.URI) { f.handleDrop(uris) })
	return w
}

// furnish makes everything in the window anew, in the language and size that hold
// now. What is being said in passing, and the notice, stay.
func (w *window) furnish(f *ferry) {
	w.emptyFor, w.unmatchedAs = 0, widgets.EmptyModel{}
	w.bar = newTopBar(w.window.Canvas(), w.hints, barActions{
		choose: f.choose, addServer: f.askServer, manage: f.manageServers, addFiles: f.addFiles, addFolder: f.addFolder,
		pauseAll: f.pauseAll, resumeAll: f.resumeAll, finish: f.removeFinished, reveal: f.openReceived, settings: f.openSettings,
	})
	w.filter = newFilterBar(w.hints, filterActions{choose: f.filter, seek: f.seek, find: f.find, leave: f.toList})
	w.list = newListing(f, w.hints)
	w.unmatched = widgets.NewEmptyState(widgets.EmptyModel{}, f.showAll)
	w.empty = widgets.NewEmptyState(widgets.EmptyModel{}, f.addFiles)
	w.footer = newFooter(w.hints, footerActions{openLimits: f.openLimits})

	top := container.NewVBox(container.NewPadded(w.bar.content), w.banner.content, w.filter.content, widget.NewSeparator())
	bottom := container.NewVBox(widget.NewSeparator(), w.footer.content)
	w.details = newDetails(w.hints, detailsActions{recall: f.recallDossier, copy: f.toClipboard, closed: f.closeDetails})
	w.middle = container.New(beside{}, container.NewStack(w.list.rows, w.empty, w.unmatched), w.details.content)
	frame := container.NewBorder(top, bottom, nil, nil, w.middle)
	w.banner.relayout, w.filter.relayout = frame.Refresh, frame.Refresh
	w.window.SetContent(container.New(least{f.fitDialogs}, container.NewStack(frame, w.toasts, w.hints)))
}

// refurnish furnishes the window again, and shows the same part of the list, with
// the same rows selected and the same details.
func (w *window) refurnish(f *ferry) {
	filter, list, details := w.filter, w.list, w.details
	selected := list.rows.Selected()
	w.hints.Dismiss()
	w.furnish(f)
	w.filter.chosen, w.filter.field.Text = filter.chosen, filter.field.Text
	w.list.s, w.list.outline, w.list.high, w.list.heights = list.s, list.outline, list.high, list.heights
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
	w.footer.show(s, w.transfers(), time.Now())
	w.list.show(s)
	w.filter.show(s, len(s.Transfers) > 0 || w.list.Len() > 0) // a folder has no transfers before the first is found
	w.details.show(s, time.Now())
	nothing := w.list.Len() == 0
	if nothing {
		w.showUnmatched()
	}
	draw.SetVisible(w.empty, nothing && len(s.Transfers) == 0)
	draw.SetVisible(w.unmatched, nothing && len(s.Transfers) > 0)
	draw.SetVisible(w.list.rows, !nothing)
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

// warn says something in passing.
func (w *window) warn(text string) { w.toasts.Say(text) }

// least is a layout that keeps the window from becoming too small to use.
type least struct {
	resized func(fyne.Size) // is told the window's size
}

func (least) MinSize([]fyne.CanvasObject) fyne.Size { return leastSize }

func (l least) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, object := range objects {
		object.Resize(size)
	}
	l.resized(size)
}
