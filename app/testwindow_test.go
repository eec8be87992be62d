package app

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/dialog"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testWindow is the window on the headless driver. The test's goroutine is the UI's: it
// runs what is posted while it waits in until.
type testWindow struct {
	*shell
	t       *testing.T
	engine  *apptest.Engine
	toolkit *fakeToolkit
	desktop *fakeDesktop
	access  *apptest.Access
	ui      *apptest.UI
}

// fakeToolkit is the test driver's app with a tray.
type fakeToolkit struct {
	fyne.App
	menu *fyne.Menu
	icon fyne.Resource
	quit bool
}

func (a *fakeToolkit) SetSystemTrayMenu(menu *fyne.Menu)    { a.menu = menu }
func (a *fakeToolkit) SetSystemTrayIcon(icon fyne.Resource) { a.icon = icon }
func (a *fakeToolkit) Quit()                                { a.quit = true }

// fakeDesktop replaces the operating system, and wakes the UI's goroutine whenever it is
// called.
type fakeDesktop struct {
	wake  func()
	block chan struct{} // blocks every answer until it is closed; nil for no blocking

	mu        sync.Mutex
	noTray    bool
	iconShown bool          // in a new tray
	trayGone  chan struct{} // closed when the tray disappears

	busRestarts  bool // the tray returns with a new session bus
	iconExported bool // on a new session bus

	copied    string // on the clipboard; "" for a desktop without files on it
	picked    []string
	pickErr   error
	notes     []platform.Notification
	withdrawn []string
	shown     []string
}

func (d *fakeDesktop) record(how func()) {
	d.mu.Lock()
	how()
	d.mu.Unlock()
	d.wake()
}

// wait blocks as long as answers are blocked.
func (d *fakeDesktop) wait(ctx context.Context) {
	if d.block == nil {
		return
	}
	select {
	case <-d.block:
	case <-ctx.Done():
	}
}

func (d *fakeDesktop) hasTray(ctx context.Context) bool {
	d.wait(ctx)
	d.mu.Lock()
	defer d.mu.Unlock()
	return !d.noTray
}

func (d *fakeDesktop) showInTray(ctx context.Context) error {
	d.wait(ctx)
	d.record(func() { d.iconShown = true })
	return nil
}

// removeTray removes the tray, and reports that.
func (d *fakeDesktop) removeTray() { d.setTray(true) }

// setTray adds or removes the tray, and reports that.
func (d *fakeDesktop) setTray(noTray bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.noTray = noTray
	if d.trayGone != nil {
		close(d.trayGone)
		d.trayGone = nil
	}
}

func (d *fakeDesktop) followTray(ctx context.Context, changed, restarted func()) {
	d.mu.Lock()
	gone := make(chan struct{})
	d.trayGone = gone
	d.mu.Unlock()
	d.wake()
	select {
	case <-gone:
		if d.busRestarts {
			restarted()
		}
		changed()
	case <-ctx.Done():
	}
}

func (d *fakeDesktop) exportTray() func() {
	return func() { d.record(func() { d.iconExported = true }) }
}

// followsTray reports whether followTray is running.
func (d *fakeDesktop) followsTray() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.trayGone != nil
}

func (d *fakeDesktop) show(ctx context.Context, path string) error {
	d.wait(ctx)
	d.record(func() { d.shown = append(d.shown, path) })
	return nil
}

func (d *fakeDesktop) clipboard(ctx context.Context) (string, error) {
	d.wait(ctx)
	if d.copied == "" {
		return "", platform.ErrNoClipboard
	}
	return d.copied, nil
}

func (d *fakeDesktop) Files(ctx context.Context, _ platform.ChooserOptions) ([]string, error) {
	d.wait(ctx)
	return d.picked, d.pickErr
}

func (d *fakeDesktop) Folders(ctx context.Context, _ platform.ChooserOptions) ([]string, error) {
	d.wait(ctx)
	return d.picked, d.pickErr
}

func (d *fakeDesktop) Notify(ctx context.Context, note platform.Notification) error {
	d.wait(ctx)
	d.record(func() { d.notes = append(d.notes, note) })
	return nil
}

func (d *fakeDesktop) Withdraw(ctx context.Context, key string) error {
	d.wait(ctx)
	d.record(func() { d.withdrawn = append(d.withdrawn, key) })
	return nil
}

func (d *fakeDesktop) Close() error { return nil }

// startWindow starts the window with an engine. The options change its configuration.
func startWindow(t *testing.T, engine *apptest.Engine, options ...func(*Config, *fakeDesktop)) *testWindow {
	t.Helper()
	apptest.LoadEnglish(t)
	s := &testWindow{t: t, engine: engine, ui: apptest.NewUI(t), desktop: &fakeDesktop{}}
	s.toolkit = &fakeToolkit{App: test.NewTempApp(t)}
	s.desktop.wake = s.ui.Wake
	engine.Wake = s.desktop.wake
	log := slog.New(slog.DiscardHandler)
	s.access = apptest.NewAccess(engine)
	config := Config{Engine: engine, Access: s.access, Settings: settings.Open(t.Context(), apptest.NoSettings{}, log), Log: log, ReceivedDir: t.TempDir()}
	for _, option := range options {
		option(&config, s.desktop)
	}
	s.shell = newShell(s.toolkit, config, system{
		hasTray: s.desktop.hasTray, followTray: s.desktop.followTray, showInTray: s.desktop.showInTray, exportTray: s.desktop.exportTray, reveal: s.desktop.show, openFolder: s.desktop.show, openFile: s.desktop.show,
		surveyed: time.Hour, // no slow machine goes on without a question
		copied:   s.desktop.clipboard, chooser: s.desktop, notifier: s.desktop, tooltip: func(string) {}, settled: func(then func()) { then() },
	}, s.ui.Post)
	s.start(t.Context())
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func startHidden(c *Config, _ *fakeDesktop)    { c.Hidden = true }
func withQuestion(c *Config, _ *fakeDesktop)   { c.AskToResume = true }
func withoutTray(_ *Config, d *fakeDesktop)    { d.noTray = true }
func withoutChooser(_ *Config, d *fakeDesktop) { d.pickErr = platform.ErrNoChooser }

func choosing(paths ...string) func(*Config, *fakeDesktop) {
	return func(_ *Config, d *fakeDesktop) { d.picked = paths }
}

// until runs the UI until the condition is true.
func (s *testWindow) until(what string, condition func() bool) {
	s.t.Helper()
	s.ui.Until(what, condition)
}

// publish publishes a snapshot, and waits until the window shows it.
func (s *testWindow) publish(snapshot *uploader.Snapshot) {
	s.t.Helper()
	s.engine.Publish(snapshot)
	s.bridge.Refresh()
	s.until("the snapshot is shown", func() bool { return s.window.list.Snapshot == snapshot })
}

// waitCommand waits until the engine has got n commands, and returns the last one.
func (s *testWindow) waitCommand(n int) uploader.Command {
	s.t.Helper()
	s.until("the engine is told", func() bool { return len(s.engine.Commands()) >= n })
	commands := s.engine.Commands()
	if len(commands) > n {
		s.t.Fatalf("the engine was told %v", commands)
	}
	return commands[n-1]
}

// rows are the transfers the window shows.
func (s *testWindow) rows() []*uploader.Transfer { return s.window.list.Snapshot.Transfers }

// shown returns the objects of one type in the dialog on top.
func shown[T fyne.CanvasObject](s *testWindow) []T {
	top := s.window.window.Canvas().Overlays().Top()
	if top == nil {
		return nil
	}
	var all []T
	for _, o := range test.LaidOutObjects(top) {
		if o, ok := o.(T); ok {
			all = append(all, o)
		}
	}
	return all
}

// setting returns the setting of that key in the open settings dialog.
func (s *testWindow) setting(key string) *dialog.Setting {
	s.t.Helper()
	for _, row := range shown[*dialog.Setting](s) {
		if row.Name() == words.Text("settings."+key) {
			return row
		}
	}
	s.t.Fatalf("there is no setting %q", key)
	return nil
}

// press taps the button with that label in the dialog on top.
func (s *testWindow) press(label string) {
	s.t.Helper()
	top := s.window.window.Canvas().Overlays().Top()
	if top == nil {
		s.t.Fatalf("nothing asks, so there is no %q to press", label)
	}
	for _, o := range test.LaidOutObjects(top) {
		if button, ok := o.(*form.DialogButton); ok && button.Text == label && button.Visible() {
			test.Tap(button)
			return
		}
	}
	s.t.Fatalf("there is no button %q", label)
}

func (d *fakeDesktop) notifications() []platform.Notification {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.notes
}

func (d *fakeDesktop) withdrawnKeys() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.withdrawn
}

func (d *fakeDesktop) shownPaths() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.shown
}

// message is the message that is shown for some seconds.
func (s *testWindow) message() string { return s.window.toasts.Text() }

// key presses a key: the focused object gets it, or else the canvas.
func (s *testWindow) key(name fyne.KeyName) {
	canvas := s.window.window.Canvas()
	if focused := canvas.Focused(); focused != nil {
		focused.TypedKey(&fyne.KeyEvent{Name: name})
		return
	}
	canvas.OnTypedKey()(&fyne.KeyEvent{Name: name})
}
