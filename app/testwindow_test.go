package app

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/transferlist"
	"github.com/ferryapp/ferry/app/windowstate"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/dialog"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testWindow is the window on the headless driver. The test's goroutine is the UI
// goroutine: it runs posted functions while it waits in until.
type testWindow struct {
	*shell
	t       *testing.T
	engine  *apptest.Engine
	toolkit *fakeToolkit
	desktop *fakeDesktop
	access  *apptest.Access
	ui      *apptest.UI
	end     context.CancelFunc // asks the program to end, as a signal does
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

// fakeDesktop replaces the operating system. It wakes the UI goroutine whenever it is
// called.
type fakeDesktop struct {
	wake  func()
	block chan struct{} // all calls block until it is closed; nil for no blocking

	mu             sync.Mutex
	noTray         bool
	busRestarts    bool          // the next change of the tray is a restart of the session bus
	iconRegistered bool          // by registerTrayIcon
	iconExported   bool          // on a restarted session bus
	trayChanged    chan struct{} // closed when the tray changes; nil while watchTray is not running
	clipboardText  string        // "" for a desktop whose clipboard cannot be read
	chosen         []string
	chooseErr      error
	notes          []platform.Notification
	withdrawn      []string
	shown          []string
	did            []string // what followed when all uploads were done
	doErr          error    // of that
	launcher       launcher // nil for none
	findFonts      findFonts
}

func (d *fakeDesktop) record(update func()) {
	d.mu.Lock()
	update()
	d.mu.Unlock()
	d.wake()
}

// wait blocks until block is closed or ctx ends.
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

func (d *fakeDesktop) registerTrayIcon(ctx context.Context) error {
	d.wait(ctx)
	d.record(func() { d.iconRegistered = true })
	return nil
}

// setTray adds or removes the tray, and makes watchTray report it.
func (d *fakeDesktop) setTray(present bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.noTray = !present
	if d.trayChanged != nil {
		close(d.trayChanged)
		d.trayChanged = nil
	}
}

func (d *fakeDesktop) watchTray(ctx context.Context, changed, restarted func()) {
	d.mu.Lock()
	changes := make(chan struct{})
	d.trayChanged = changes
	d.mu.Unlock()
	d.wake()
	select {
	case <-changes:
		if d.busRestarts {
			restarted()
		}
		changed()
	case <-ctx.Done():
	}
}

func (d *fakeDesktop) exportTrayIcon() func() {
	return func() { d.record(func() { d.iconExported = true }) }
}

// watchesTray reports whether watchTray is running.
func (d *fakeDesktop) watchesTray() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.trayChanged != nil
}

func (d *fakeDesktop) show(ctx context.Context, path string) error {
	d.wait(ctx)
	d.record(func() { d.shown = append(d.shown, path) })
	return nil
}

// done returns functions that record what follows when all uploads are done.
func (d *fakeDesktop) done() doneFunctions {
	record := func(ctx context.Context, what string) error {
		d.wait(ctx)
		d.record(func() { d.did = append(d.did, what) })
		return d.doErr
	}
	call := func(what string) func(context.Context) error {
		return func(ctx context.Context) error { return record(ctx, what) }
	}
	return doneFunctions{
		playSound: call("sound"), sleep: call("sleep"), shutDown: call("shut down"),
		startProgram: func(path string) error { return record(context.Background(), path) },
		isProgram:    func(path string) bool { return !strings.HasSuffix(path, ".txt") },
	}
}

// doneSoFar returns what followed.
func (d *fakeDesktop) doneSoFar() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.did)
}

func (d *fakeDesktop) readClipboard(ctx context.Context) (string, error) {
	d.wait(ctx)
	if d.clipboardText == "" {
		return "", platform.ErrNoClipboard
	}
	return d.clipboardText, nil
}

func (d *fakeDesktop) Files(ctx context.Context, _ platform.ChooserOptions) ([]string, error) {
	d.wait(ctx)
	return d.chosen, d.chooseErr
}

func (d *fakeDesktop) Folders(ctx context.Context, _ platform.ChooserOptions) ([]string, error) {
	d.wait(ctx)
	return d.chosen, d.chooseErr
}

func (d *fakeDesktop) Notify(ctx context.Context, note platform.Notification) error {
	d.wait(ctx)
	d.record(func() { d.notes = append(d.notes, note) })
	return nil
}

// notified reports whether a notification with the text was shown.
func (d *fakeDesktop) notified(body string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(d.notes, func(n platform.Notification) bool { return n.Body == body })
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
	s.toolkit = &fakeToolkit{App: apptest.App(t)}
	s.desktop.wake = s.ui.Wake
	engine.Wake = s.desktop.wake
	log := slog.New(slog.DiscardHandler)
	s.access = apptest.NewAccess(engine)
	config := Config{Engine: engine, Access: s.access, Settings: settings.Open(t.Context(), apptest.NoSettings{}, log), State: windowstate.Open(t.Context(), apptest.NoSettings{}, log), Log: log, ReceivedDir: t.TempDir()}
	for _, option := range options {
		option(&config, s.desktop)
	}
	s.shell = newShell(s.toolkit, config, system{
		hasTray: s.desktop.hasTray, watchTray: s.desktop.watchTray, registerTrayIcon: s.desktop.registerTrayIcon, exportTrayIcon: s.desktop.exportTrayIcon,
		reveal: s.desktop.show, openFolder: s.desktop.show, openFile: s.desktop.show,
		surveyTimeout: time.Hour, // longer than any count takes
		readClipboard: s.desktop.readClipboard, chooser: s.desktop, notifier: s.desktop, done: s.desktop.done(), tooltip: func(string) {}, launcher: s.desktop.launcher, findFonts: s.desktop.findFonts, whenThemeKnown: func(then func()) { then() },
	}, s.ui.Post)
	ctx, end := context.WithCancel(t.Context())
	s.end = end
	s.start(ctx)
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func startHidden(c *Config, _ *fakeDesktop)        { c.Hidden = true }
func withResumeQuestion(c *Config, _ *fakeDesktop) { c.AskToResume = true }
func withoutTray(_ *Config, d *fakeDesktop)        { d.noTray = true }
func withoutChooser(_ *Config, d *fakeDesktop)     { d.chooseErr = platform.ErrNoChooser }

func withChosen(paths ...string) func(*Config, *fakeDesktop) {
	return func(_ *Config, d *fakeDesktop) { d.chosen = paths }
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
	s.until("window shows the snapshot", func() bool { return s.window.list.Snapshot == snapshot })
}

// waitCommand waits until the engine has received n commands, and returns the last one.
func (s *testWindow) waitCommand(n int) uploader.Command {
	s.t.Helper()
	s.until("engine receives the commands", func() bool { return len(s.engine.Commands()) >= n })
	commands := s.engine.Commands()
	if len(commands) > n {
		s.t.Fatalf("engine received %v", commands)
	}
	return commands[n-1]
}

// wantCommand waits until the engine has received n commands, and compares the last one.
func (s *testWindow) wantCommand(n int, want uploader.Command) {
	s.t.Helper()
	if diff := cmp.Diff(want, s.waitCommand(n)); diff != "" {
		s.t.Error(diff)
	}
}

// tapButton taps a button of the row with an ID.
func (s *testWindow) tapButton(id int64, action string) {
	s.t.Helper()
	tapButton(s.t, s.window.list, id, action)
}

func tapButton(t *testing.T, l *transferlist.List, id int64, action string) {
	t.Helper()
	for i := range l.Len() {
		if l.ID(i) == id {
			l.Offer(i)(action)
			return
		}
	}
	t.Fatalf("no row %d", id)
}

// rows returns the transfers that the window shows.
func (s *testWindow) rows() []*uploader.Transfer {
	return slices.Collect(s.window.list.Snapshot.Transfers.Values())
}

// onStudio makes a transfer one to the server "Studio".
func onStudio(t *uploader.Transfer) { t.Server = 2 }

// overlay returns the topmost dialog or menu; nil for none.
func (s *testWindow) overlay() fyne.CanvasObject { return s.window.window.Canvas().Overlays().Top() }

// closeOverlays closes all dialogs and menus.
func (s *testWindow) closeOverlays() {
	s.dialogs.CloseTop()
	overlays := s.window.window.Canvas().Overlays()
	for _, o := range overlays.List() {
		overlays.Remove(o)
	}
}

// inDialog returns the objects of one type in the topmost dialog.
func inDialog[T fyne.CanvasObject](s *testWindow) []T {
	top := s.overlay()
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

// setting returns the setting with that key in the open settings dialog.
func (s *testWindow) setting(key string) *dialog.Setting {
	s.t.Helper()
	for _, row := range inDialog[*dialog.Setting](s) {
		if row.Name() == words.Text("settings."+key) {
			return row
		}
	}
	s.t.Fatalf("no setting %q", key)
	return nil
}

// press taps the button with that label in the topmost dialog.
func (s *testWindow) press(label string) {
	s.t.Helper()
	top := s.overlay()
	if top == nil {
		s.t.Fatalf("no dialog is open, want button %q", label)
	}
	for _, o := range test.LaidOutObjects(top) {
		if button, ok := o.(*form.DialogButton); ok && button.Text == label && button.Visible() {
			test.Tap(button)
			return
		}
	}
	s.t.Fatalf("no button %q", label)
}

// pressShortcut presses a key of the window with its modifiers.
func (s *testWindow) pressShortcut(key shortcut) {
	if key.modifier == plain {
		s.key(key.key)
		return
	}
	s.keys.typedChord(key.chord())
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

// message returns the text of the toast that is shown.
func (s *testWindow) message() string { return s.window.toasts.Text() }

// key sends a key to the focused object, or to the canvas if none has the focus.
func (s *testWindow) key(name fyne.KeyName) {
	canvas := s.window.window.Canvas()
	if focused := canvas.Focused(); focused != nil {
		focused.TypedKey(&fyne.KeyEvent{Name: name})
		return
	}
	canvas.OnTypedKey()(&fyne.KeyEvent{Name: name})
}
