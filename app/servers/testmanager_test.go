package servers

import (
	"log/slog"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testManager is the dialogs about servers in a window on the headless driver.
type testManager struct {
	*Manager
	t        *testing.T
	ui       *apptest.UI
	engine   *apptest.Engine
	access   *apptest.Access
	window   fyne.Window
	chosen   uploader.ServerID // the destination
	unlocked func()            // the callback passed to Config.Unlock; nil before that
}

// start returns the dialogs about servers of an engine.
func start(t *testing.T, engine *apptest.Engine, options ...func(*Config)) *testManager {
	t.Helper()
	apptest.LoadEnglish(t)
	apptest.App(t).Settings().SetTheme(theme.New(theme.System, 1))
	s := &testManager{t: t, ui: apptest.NewUI(t), engine: engine, access: apptest.NewAccess(engine), window: test.NewTempWindow(t, nil)}
	s.window.SetPadded(false)
	s.window.Resize(fyne.NewSize(960, 640))
	engine.Wake = s.ui.Wake
	log := slog.New(slog.DiscardHandler)
	b := bridge.New(bridge.Config{
		Engine: engine, Log: log, UI: s.ui.Post,
		Show:   func(*uploader.Snapshot) time.Duration { return 0 },
		Failed: func(err error) { t.Errorf("command failed: %v", err) },
	})
	config := Config{
		Bridge: b, Access: s.access, Dialogs: form.NewDialogs(s.window.Canvas(), func() {}), Log: log,
		Unlock:     func(then func()) { s.unlocked = then },
		ChooseFile: func(platform.ChooserOptions, func([]string)) { t.Error("unexpected file dialog") },
		Choose:     func(id uploader.ServerID) { s.chosen = id },
	}
	for _, option := range options {
		option(&config)
	}
	s.Manager = New(config)
	b.Start(t.Context())
	t.Cleanup(func() {
		b.Stop()
		b.Wait()
	})
	return s
}

func (s *testManager) until(what string, condition func() bool) {
	s.t.Helper()
	s.ui.Until(what, condition)
}

// waitCommand waits until n commands were submitted, and returns the last one.
func (s *testManager) waitCommand(n int) uploader.Command {
	s.t.Helper()
	s.until("the command is submitted", func() bool { return len(s.engine.Commands()) >= n })
	commands := s.engine.Commands()
	if len(commands) > n {
		s.t.Fatalf("too many commands: %v", commands)
	}
	return commands[n-1]
}
