package app

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"
	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/uploader"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stage is a Ferry on the headless driver. The test's goroutine is the UI's: it
// runs what is posted while it waits in until.
type stage struct {
	*shell
	t       *testing.T
	engine  *fakeEngine
	toolkit *fakeToolkit
	desktop *fakeDesktop
	access  *fakeAccess
	queue   chan func()
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

// fakeDesktop stands in for the operating system, and nudges the UI's goroutine
// whenever it was asked for something.
type fakeDesktop struct {
	nudge func()
	stuck chan struct{} // until it is closed nothing is answered; nil for at once

	mu        sync.Mutex
	noTray    bool
	offered   bool          // the icon, to the tray that is there
	trays     chan struct{} // closed when the tray goes
	copied    string        // with "" the toolkit's clipboard has to do
	picked    []string
	pickErr   error
	notes     []platform.Note
	withdrawn []string
	shown     []string
}

func (d *fakeDesktop) record(how func()) {
	d.mu.Lock()
	how()
	d.mu.Unlock()
	d.nudge()
}

// answer waits as long as nothing is answered.
func (d *fakeDesktop) answer(ctx context.Context) {
	if d.stuck == nil {
		return
	}
	select {
	case <-d.stuck:
	case <-ctx.Done():
	}
}

func (d *fakeDesktop) hasTray(ctx context.Context) bool {
	d.answer(ctx)
	d.mu.Lock()
	defer d.mu.Unlock()
	return !d.noTray
}

func (d *fakeDesktop) showInTray(ctx context.Context) error {
	d.answer(ctx)
	d.record(func() { d.offered = true })
	return nil
}

// lose takes the tray away, and tells whoever follows it.
func (d *fakeDesktop) lose() { d.change(true) }

// change has another tray be there, or none, and tells whoever follows it.
func (d *fakeDesktop) change(noTray bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.noTray = noTray
	if d.trays != nil {
		close(d.trays)
		d.trays = nil
	}
}

func (d *fakeDesktop) followTray(ctx context.Context, changed func()) {
	d.mu.Lock()
	gone := make(chan struct{})
	d.trays = gone
	d.mu.Unlock()
	d.nudge()
	select {
	case <-gone:
		changed()
	case <-ctx.Done():
	}
}

// followed reports whether somebody follows the tray.
func (d *fakeDesktop) followed() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.trays != nil
}

func (d *fakeDesktop) show(ctx context.Context, path string) error {
	d.answer(ctx)
	d.record(func() { d.shown = append(d.shown, path) })
	return nil
}

func (d *fakeDesktop) clipboard(ctx context.Context) (string, error) {
	d.answer(ctx)
	if d.copied == "" {
		return "", platform.ErrNoClipboard
	}
	return d.copied, nil
}

func (d *fakeDesktop) Files(ctx context.Context, _ platform.Question) ([]string, error) {
	d.answer(ctx)
	return d.picked, d.pickErr
}

func (d *fakeDesktop) Folders(ctx context.Context, _ platform.Question) ([]string, error) {
	d.answer(ctx)
	return d.picked, d.pickErr
}

func (d *fakeDesktop) Notify(ctx context.Context, note platform.Note) error {
	d.answer(ctx)
	d.record(func() { d.notes = append(d.notes, note) })
	return nil
}

func (d *fakeDesktop) Withdraw(ctx context.Context, key string) error {
	d.answer(ctx)
	d.record(func() { d.withdrawn = append(d.withdrawn, key) })
	return nil
}

func (d *fakeDesktop) Close() error { return nil }

// nowhere keeps no settings.
type nowhere struct{}

func (nowhere) Setting(context.Context, string) (json.RawMessage, error)   { return nil, nil }
func (nowhere) SaveSetting(context.Context, string, json.RawMessage) error { return nil }

// raise starts a Ferry over the engine. The options change what it is made of.
func raise(t *testing.T, engine *fakeEngine, options ...func(*Config, *fakeDesktop)) *stage {
	t.Helper()
	speak(t)
	s := &stage{t: t, engine: engine, queue: make(chan func(), 4096), desktop: &fakeDesktop{}}
	s.toolkit = &fakeToolkit{App: test.NewTempApp(t)}
	s.desktop.nudge = func() { s.queue <- func() {} }
	engine.nudge = s.desktop.nudge
	log := slog.New(slog.DiscardHandler)
	s.access = newFakeAccess(engine)
	config := Config{Engine: engine, Access: s.access, Settings: settings.Open(t.Context(), nowhere{}, log), Log: log, Received: t.TempDir()}
	for _, option := range options {
		option(&config, s.desktop)
	}
	s.shell = newShell(s.toolkit, config, system{
		hasTray: s.desktop.hasTray, followTray: s.desktop.followTray, showInTray: s.desktop.showInTray, reveal: s.desktop.show, openFolder: s.desktop.show, openFile: s.desktop.show,
		surveyed: time.Hour, // no slow machine goes on without a question
		copied:   s.desktop.clipboard, chooser: s.desktop, notifier: s.desktop, tooltip: func(string) {}, settled: func(then func()) { then() },
	}, func(do func()) { s.queue <- do })
	s.start(t.Context())
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func hidden(c *Config, _ *fakeDesktop)    { c.Hidden = true }
func asking(c *Config, _ *fakeDesktop)    { c.Ask = true }
func noTray(_ *Config, d *fakeDesktop)    { d.noTray = true }
func noChooser(_ *Config, d *fakeDesktop) { d.pickErr = platform.ErrNoChooser }

func picking(paths ...string) func(*Config, *fakeDesktop) {
	return func(_ *Config, d *fakeDesktop) { d.picked = paths }
}

// until runs the UI until it is so. What changes beside the UI it sees as well, and
// only what hangs is given up.
func (s *stage) until(what string, so func() bool) {
	s.t.Helper()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	hangs := time.NewTimer(2 * time.Minute)
	defer hangs.Stop()
	for !so() {
		select {
		case do := <-s.queue:
			do()
		case <-look.C:
		case <-hangs.C:
			s.t.Fatalf("never: %s", what)
		}
	}
}

// publish has the engine show a snapshot, and waits for the window to have it.
func (s *stage) publish(snapshot *uploader.Snapshot) {
	s.t.Helper()
	s.engine.publish(snapshot)
	s.bridge.Refresh()
	s.until("the snapshot is shown", func() bool { return s.window.list.s == snapshot })
}

// heard waits for the engine to be told something, and returns the latest.
func (s *stage) heard(n int) uploader.Command {
	s.t.Helper()
	s.until("the engine is told", func() bool { return len(s.engine.heard()) >= n })
	commands := s.engine.heard()
	if len(commands) > n {
		s.t.Fatalf("the engine was told %v", commands)
	}
	return commands[n-1]
}

// rows are the transfers the window shows.
func (s *stage) rows() []*uploader.Transfer { return s.window.list.s.Transfers }

// file makes a file to upload.
func file(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// uris are paths as the toolkit drops them.
func uris(paths ...string) []fyne.URI {
	list := make([]fyne.URI, len(paths))
	for i, path := range paths {
		list[i] = storage.NewFileURI(path)
	}
	return list
}

// press taps the button with that label in whatever lies over the window.
func (s *stage) press(label string) {
	s.t.Helper()
	top := s.window.window.Canvas().Overlays().Top()
	if top == nil {
		s.t.Fatalf("nothing asks, so there is no %q to press", label)
	}
	for _, o := range test.LaidOutObjects(top) {
		if button, ok := o.(*choice); ok && button.Text == label && button.Visible() {
			test.Tap(button)
			return
		}
	}
	s.t.Fatalf("there is no button %q", label)
}

// choose chooses the item of a menu.
func pick(t *testing.T, menu *fyne.Menu, label string) {
	t.Helper()
	for _, item := range menu.Items {
		if item.Label == label {
			item.Action()
			return
		}
	}
	t.Fatalf("there is no item %q", label)
}

func labels(menu *fyne.Menu) []string {
	var all []string
	for _, item := range menu.Items {
		if !item.IsSeparator {
			all = append(all, item.Label)
		}
	}
	return all
}

var errBroken = errors.New("broken")

func (d *fakeDesktop) noted() []platform.Note {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.notes
}

func (d *fakeDesktop) taken() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.withdrawn
}

func (d *fakeDesktop) revealed() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.shown
}

// said is what the window said last in passing.
func (s *stage) said() string { return s.window.toasts.Text() }

// key presses a key as the window gets it: the focused object first, or else the
// canvas.
func (s *stage) key(name fyne.KeyName) {
	canvas := s.window.window.Canvas()
	if focused := canvas.Focused(); focused != nil {
		focused.TypedKey(&fyne.KeyEvent{Name: name})
		return
	}
	canvas.OnTypedKey()(&fyne.KeyEvent{Name: name})
}
