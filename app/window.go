package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
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
	list        *listing
	empty       fyne.CanvasObject
	footer      *footer
	toasts      *widget.Label
	visible     bool
	destination *destination
}

func newWindow(f *ferry) *window {
	w := &window{window: f.toolkit.NewWindow("Ferry"), destination: f.destination}
	w.bar = newTopBar(w.window.Canvas(), barActions{
		choose: f.choose, addServer: f.askServer, addFiles: f.addFiles, addFolder: f.addFolder,
		pauseAll: f.pauseAll, resumeAll: f.resumeAll, finish: f.removeFinished, reveal: f.openReceived,
	})
	w.banner = newNotice()
	w.list = newListing(f)
	w.empty = container.NewCenter(widget.NewButton(words.Say("empty.add"), f.addFiles))
	w.footer = newFooter()
	w.toasts = widget.NewLabel("")

	top := container.NewVBox(container.NewPadded(w.bar.content), w.banner.content, widget.NewSeparator())
	bottom := container.NewVBox(widget.NewSeparator(), w.footer.content)
	center := container.NewStack(w.list.content, w.empty)
	frame := container.NewBorder(top, bottom, nil, nil, center)
	w.window.SetPadded(false)
	w.window.SetContent(container.New(least{}, container.NewStack(frame, w.toasts)))
	w.window.Resize(startSize)
	w.window.SetCloseIntercept(f.closeWindow)
	w.window.SetOnDropped(func(_ fyne.Position, uris []fyne.URI) { f.handleDrop(uris) })
	bindKeys(w.window.Canvas(), f)
	return w
}

// show brings the window to the state of the snapshot.
func (w *window) show(s *uploader.Snapshot, sum tally) {
	w.bar.show(s, w.destination.in(s), sum)
	w.banner.show(s)
	w.footer.show(s)
	w.list.show(s)
	setVisible(w.empty, len(s.Transfers) == 0)
	setVisible(w.list.content, len(s.Transfers) > 0)
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
func (w *window) warn(text string) { w.toasts.SetText(text) }

// least is a layout that keeps the window from becoming too small to use.
type least struct{}

func (least) MinSize([]fyne.CanvasObject) fyne.Size { return leastSize }

func (least) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, object := range objects {
		object.Resize(size)
	}
}
