package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/preferences"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
)

// stuck blocks all calls outside of the UI goroutine until it is closed.
type stuck chan struct{}

func (c stuck) wait(ctx context.Context) error {
	select {
	case <-c:
		return apptest.ErrBroken
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stuckEngine is an engine of which only Snapshot and Watch return at once.
type stuckEngine struct {
	*apptest.Engine
	block stuck
}

func (e stuckEngine) Submit(ctx context.Context, _ uploader.Command) (func(context.Context) error, error) {
	return nil, e.block.wait(ctx)
}

func (e stuckEngine) Events(ctx context.Context, _ uploader.TransferID) ([]uploader.Event, error) {
	return nil, e.block.wait(ctx)
}

func (e stuckEngine) Parts(ctx context.Context, _ uploader.TransferID) ([]uploader.Part, error) {
	return nil, e.block.wait(ctx)
}

func (e stuckEngine) FindHistory(ctx context.Context, _ uploader.HistoryQuery) ([]uploader.Transfer, error) {
	return nil, e.block.wait(ctx)
}

// stuckAccess is a keyring that blocks.
type stuckAccess struct{ block stuck }

func (a stuckAccess) Test(ctx context.Context, _ uploader.Server, _ *connect.Secrets) (uploader.ServerTest, error) {
	return uploader.ServerTest{}, a.block.wait(ctx)
}

func (a stuckAccess) WithLimits(ctx context.Context, server uploader.Server, _ *connect.Secrets) uploader.Server {
	_ = a.block.wait(ctx)
	return server
}

func (a stuckAccess) Storage(ctx context.Context) (storage platform.Storage) {
	_ = a.block.wait(ctx)
	return storage
}
func (a stuckAccess) Unlock(ctx context.Context, _ string) error        { return a.block.wait(ctx) }
func (a stuckAccess) Get(ctx context.Context, _ string) (string, error) { return "", a.block.wait(ctx) }
func (a stuckAccess) SetForRun(ctx context.Context, _, _ string) error  { return a.block.wait(ctx) }
func (a stuckAccess) Set(ctx context.Context, _, _ string) error        { return a.block.wait(ctx) }
func (a stuckAccess) Delete(ctx context.Context, _ string) error        { return a.block.wait(ctx) }

// stuckAutostart is a start-up folder that blocks.
type stuckAutostart struct{ block stuck }

func (a stuckAutostart) Enabled() (bool, error) { <-a.block; return false, apptest.ErrBroken }
func (a stuckAutostart) Set(bool) error         { <-a.block; return apptest.ErrBroken }

// startStuck starts the window with a transfer in every state, all selected, while the
// engine, the disk, the keyring and the desktop block.
func startStuck(t *testing.T) *testWindow {
	t.Helper()
	block := make(stuck)
	engine := apptest.NewEngine(apptest.EveryState(time.Now())...)
	s := startWindow(t, engine, func(c *Config, d *fakeDesktop) {
		d.block = block
		c.Engine, c.Access, c.Autostart = stuckEngine{engine, block}, stuckAccess{block}, stuckAutostart{block}
		c.Data = ProfileData{Dir: t.TempDir(), Log: apptest.File(t, "log"), Backup: func(ctx context.Context, _ string) (string, error) { return "", block.wait(ctx) }}
	})
	t.Cleanup(func() { close(block) }) // before the shell is closed, which waits for its goroutines
	s.window.setFilter(view.FilterAll)
	s.window.list.Rows.SelectAll()
	s.ui.Drain()
	return s
}

// tappables returns everything in an object that can be tapped.
func tappables(object fyne.CanvasObject) []fyne.Tappable {
	var all []fyne.Tappable
	for _, o := range test.LaidOutObjects(object) {
		if tappable, ok := o.(fyne.Tappable); ok && o.Visible() {
			all = append(all, tappable)
		}
	}
	return all
}

// openControls returns what can be tapped in the topmost dialog or menu.
func openControls(s *testWindow) []fyne.Tappable {
	if top := s.overlay(); top != nil {
		return tappables(top)
	}
	return nil
}

// userAction is something that a user can do in the window.
type userAction struct {
	name string
	do   func(*testWindow)
}

// everyAction returns everything that can be done in a window in which everything is
// selected.
func everyAction(t *testing.T) []userAction {
	t.Helper()
	s := startStuck(t)
	var all []userAction
	for _, key := range slices.Concat(s.keys.shortcuts()...) {
		all = append(all, userAction{"key " + key.String(), func(s *testWindow) { s.pressShortcut(key) }})
	}
	for i, object := range tappables(s.window.window.Content()) {
		all = append(all, userAction{fmt.Sprintf("button %d, %T", i, object), func(s *testWindow) {
			if controls := tappables(s.window.window.Content()); i < len(controls) { // an order of the list can show fewer buttons
				controls[i].Tapped(&fyne.PointEvent{})
			}
		}})
	}
	for i, item := range s.window.list.Menu(s.window.list.Selected()).Items {
		all = append(all, userAction{"context menu, " + item.Label, func(s *testWindow) {
			if do := s.window.list.Menu(s.window.list.Selected()).Items[i].Action; do != nil {
				do()
			}
		}})
	}
	for i, item := range s.toolkit.menu.Items {
		all = append(all, userAction{"tray, " + item.Label, func(s *testWindow) {
			if do := s.toolkit.menu.Items[i].Action; do != nil {
				do()
			}
		}})
	}
	for section := range preferences.NumSections {
		all = append(all, userAction{"settings, " + section.String(), func(s *testWindow) { s.preferences.OpenSection(section) }})
	}
	return append(all,
		userAction{"drop", func(s *testWindow) { s.adder.drop(apptest.URIs("/missing/a", "/missing/b")) }},
		userAction{"close button", func(s *testWindow) { s.quitter.closeWindow() }},
		userAction{"add server", func(s *testWindow) { s.servers.Add() }},
		userAction{"manage servers", func(s *testWindow) { s.servers.Manage() }},
		userAction{"request with files", func(s *testWindow) { s.serve(Request{Paths: []string{"/missing/c"}}) }},
	)
}

// TestWindowDoesNotBlock does everything that a user can do, and taps everything that
// opens, while all calls outside of the UI goroutine block. If the UI goroutine waits
// for one of them, the test blocks, and panics with the name of the action.
func TestWindowDoesNotBlock(t *testing.T) {
	actions := everyAction(t)
	if len(actions) < 60 {
		t.Errorf("only %d actions", len(actions))
	}
	tested := map[string]bool{} // by the types of the opened controls
	for _, action := range actions {
		t.Run(action.name, func(t *testing.T) {
			s := startStuck(t)
			s.run(action.name, action.do)
			opened := openControls(s)
			if types := typesOf(opened); !tested[types] {
				tested[types] = true
				tapEach(t, s, action, len(opened))
			}
		})
	}
}

// tapEach taps, one after another, the controls that an action opens. It starts another
// window if the action does not open the same number of controls again.
func tapEach(t *testing.T, s *testWindow, action userAction, count int) {
	t.Helper()
	for i := range count {
		s.closeOverlays()
		s.run(action.name, action.do)
		controls := openControls(s)
		if s.toolkit.quit || len(controls) != count {
			s = startStuck(t)
			s.run(action.name, action.do)
			controls = openControls(s)
		}
		if i < len(controls) {
			s.run(fmt.Sprintf("%s, then opened control %d, %T", action.name, i, controls[i]), func(*testWindow) { controls[i].Tapped(&fyne.PointEvent{}) })
		}
	}
	if !s.toolkit.quit {
		s.closeOverlays()
		s.visibility.open()
		s.engine.Publish(apptest.Snapshot(apptest.Transfer(99, apptest.Done)))
		s.bridge.Refresh()
		s.until("new snapshot is shown", func() bool { return len(s.rows()) == 1 && s.rows()[0].ID == 99 })
	}
}

// typesOf returns the types of objects as text.
func typesOf(objects []fyne.Tappable) string {
	var b strings.Builder
	for _, o := range objects {
		fmt.Fprintf(&b, "%T ", o)
	}
	return b.String()
}

// run does an action and runs everything that it posts.
func (s *testWindow) run(name string, do func(*testWindow)) {
	watch := time.AfterFunc(5*time.Minute, func() { panic("UI goroutine is blocked: " + name) })
	defer watch.Stop()
	do(s)
	s.ui.Drain()
}
