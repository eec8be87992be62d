package preferences

import (
	"log/slog"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testDialog is the settings dialog in a window on the headless driver. As in the shell, it
// shows changed settings.
type testDialog struct {
	*Dialog
	t      *testing.T
	ui     *apptest.UI
	window fyne.Window
	copied string // the text last copied
}

// start returns a closed settings dialog.
func start(t *testing.T) *testDialog {
	t.Helper()
	apptest.LoadEnglish(t)
	apptest.App(t).Settings().SetTheme(theme.New(theme.System, 1))
	s := &testDialog{t: t, ui: apptest.NewUI(t), window: test.NewTempWindow(t, nil)}
	s.window.SetPadded(false)
	s.window.Resize(fyne.NewSize(960, 640))
	book := settings.Open(t.Context(), apptest.NoSettings{}, slog.New(slog.DiscardHandler))
	noop := func() {}
	s.Dialog = New(Config{
		Settings: book, Dialogs: form.NewDialogs(s.window.Canvas(), noop), Version: "1.2.3+abc", Copy: func(text string) { s.copied = text },
		ReadStatistics: func(then func(view.Statistics)) {
			then(view.StatisticsOf([]uploader.Usage{{Day: 20260301, Server: uploader.BuiltinServer, Bytes: 5_000_000, Files: 2}}, apptest.Snapshot().Servers, time.Date(2026, 3, 1, 12, 0, 0, 0, time.Local)))
		},
		Servers: func(form.Host, func()) []fyne.CanvasObject { return []fyne.CanvasObject{widget.NewLabel("Studio")} },
		Data: DataActions{
			OpenFolder: noop, BackUp: noop, Restore: noop, ShowLog: noop, CopyDiagnostics: noop, RemoveFinished: noop, ExportSettings: noop, ImportSettings: noop,
			ChangeReceived: noop, Received: func() string { return "/home/ada/Downloads/Ferry" },
		},
	})
	tasks := bridge.NewTasks(s.ui.Post)
	tasks.Start(t.Context())
	changes := book.Watch(t.Context())
	tasks.Fork(func() {
		for range changes {
			tasks.Post(func() { s.Show(book.Get()) })
		}
	})
	t.Cleanup(tasks.Wait)
	return s
}

func (s *testDialog) until(what string, condition func() bool) {
	s.t.Helper()
	s.ui.Until(what, condition)
}
