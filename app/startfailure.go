package app

import (
	"context"
	"log/slog"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/assets"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// StartFailure is why Ferry could not start, for a user who sees no terminal.
type StartFailure struct {
	Text   string // what happened and what the user can do
	Folder string // the data folder; "" if it does not exist
}

// StartAnswer is what the user chose after a [StartFailure]. The zero value is to quit.
type StartAnswer struct {
	Retry  bool
	Folder string // the data folder to use instead; "" for the same one
}

// The size of the window about a failed start.
var failureSize = fyne.NewSize(560, 220)

// ShowStartFailure shows a window about a failed start until the user has answered or ctx
// ends. Like [Run] it must be called on the program's first goroutine, instead of Run: the
// toolkit runs once in a process.
func ShowStartFailure(ctx context.Context, log *slog.Logger, failure StartFailure) StartAnswer {
	toolkit := newToolkit(ctx, log)
	savePreferences := takeStopHook(toolkit.Lifecycle())
	w := newFailureWindow(toolkit, platform.NewChooser(), log, failure, fyne.Do)
	w.start(ctx, platform.OpenFolder)
	whenThemeKnown(toolkit.Settings(), w.window.Show)
	toolkit.Run()
	savePreferences()
	w.close()
	return w.answer
}

// failureWindow is the window about a failed start. It must be used on the UI goroutine.
type failureWindow struct {
	failure StartFailure
	window  fyne.Window
	tasks   *bridge.Tasks
	files   *fileDialogs
	log     *slog.Logger
	warning *widget.Label
	answer  StartAnswer
	quit    func()
}

func newFailureWindow(toolkit fyne.App, chooser platform.Chooser, log *slog.Logger, failure StartFailure, ui func(func())) *failureWindow {
	toolkit.Settings().SetTheme(themeOf(settings.Appearance{Scale: 1}))
	toolkit.SetIcon(assets.Icon())
	w := &failureWindow{
		failure: failure, window: toolkit.NewWindow("Ferry"), tasks: bridge.NewTasks(ui), log: log,
		warning: widget.NewLabel(""), quit: sync.OnceFunc(toolkit.Quit),
	}
	w.warning.Wrapping = fyne.TextWrapWord
	w.warning.Hide()
	w.files = &fileDialogs{bridge: w.tasks, chooser: chooser, window: w.window, log: log, showMessage: func(string) { w.warn(words.Text("start.failed.choose.failed")) }}
	return w
}

// start fills the window, which the caller shows. openFolder opens a folder in the file
// manager.
func (w *failureWindow) start(ctx context.Context, openFolder func(context.Context, string) error) {
	w.tasks.Start(ctx)
	title := widget.NewLabelWithStyle(words.Text("start.failed.title"), fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
	text := widget.NewLabel(w.failure.Text)
	text.Wrapping = fyne.TextWrapWord
	icon := container.NewVBox(widget.NewIcon(theme.Tinted(theme.IconError, fynetheme.ColorNameError)))
	content := container.NewPadded(container.NewBorder(nil, w.buttons(openFolder), icon, nil, container.NewVScroll(container.NewVBox(title, text, w.warning))))
	w.window.SetContent(container.NewStack(content, draw.NewWatch(func() { w.tasks.Post(w.layOut) })))
	w.window.Resize(failureSize)
	w.window.SetCloseIntercept(w.quit)
	context.AfterFunc(ctx, func() { w.tasks.Post(w.quit) })
	w.window.CenterOnScreen()
}

// layOut lays out everything in the window again, see [draw.Watch].
func (w *failureWindow) layOut() {
	draw.LayOut(w.window.Content())
	w.window.Canvas().Refresh(w.window.Content())
}

func (w *failureWindow) buttons(openFolder func(context.Context, string) error) fyne.CanvasObject {
	row := []fyne.CanvasObject{layout.NewSpacer()}
	add := func(key string, do func()) *form.DialogButton {
		button := form.NewDialogButton(words.Text(key), do, w.quit)
		row = append(row, button)
		return button
	}
	add("quit.quit", w.quit)
	if w.failure.Folder != "" {
		add("start.failed.open", func() {
			w.tasks.Run(func(ctx context.Context) {
				if err := openFolder(ctx, w.failure.Folder); err != nil {
					w.log.Warn("open data folder failed", "err", err)
					w.tasks.Post(func() { w.warn(words.Text("reveal.failed", words.Data{"Path": words.Path(w.failure.Folder)})) })
				}
			})
		})
	}
	add("start.failed.choose", func() {
		options := platform.ChooserOptions{Title: words.Text("start.failed.choose.title"), AcceptLabel: words.Text("start.failed.choose.do")}
		w.files.chooseFolders(options, func(paths []string) { w.end(StartAnswer{Retry: true, Folder: paths[0]}) })
	})
	add("start.failed.retry", func() { w.end(StartAnswer{Retry: true}) }).Importance = widget.HighImportance
	return container.NewHBox(row...)
}

func (w *failureWindow) end(answer StartAnswer) {
	w.answer = answer
	w.quit()
}

// warn shows a message under the text.
func (w *failureWindow) warn(text string) {
	w.warning.SetText(text)
	draw.SetVisible(w.warning, true)
}

// close ends what start started, when the toolkit has ended.
func (w *failureWindow) close() {
	w.tasks.Stop()
	w.tasks.Wait()
}
