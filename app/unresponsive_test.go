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
	"github.com/ferryapp/ferry/uploader/tus"
)

// stuck blocks everything beside the UI until it is closed.
type stuck chan struct{}

func (m stuck) wait(ctx context.Context) error {
	select {
	case <-m:
		return apptest.ErrBroken
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stuckEngine has a snapshot, and blocks on everything else.
type stuckEngine struct {
	*apptest.Engine
	block stuck
}

func (e stuckEngine) Submit(ctx context.Context, _ uploader.Command) (func(context.Context) error, error) {
	return nil, e.block.wait(ctx)
}

func (e stuckEngine) Probe(ctx context.Context, _ string) (tus.Capabilities, error) {
	return tus.Capabilities{}, e.block.wait(ctx)
}

func (e stuckEngine) Events(ctx context.Context, _ uploader.TransferID) ([]uploader.Event, error) {
	return nil, e.block.wait(ctx)
}

func (e stuckEngine) Parts(ctx context.Context, _ uploader.TransferID) ([]uploader.Part, error) {
	return nil, e.block.wait(ctx)
}

// stuckAccess is a keyring that blocks.
type stuckAccess struct{ block stuck }

func (a stuckAccess) Test(ctx context.Context, _ uploader.Server, _ *connect.Secrets) (connect.TestResult, error) {
	return connect.TestResult{}, a.block.wait(ctx)
}

func (a stuckAccess) Storage(ctx context.Context) (keeping platform.Storage) {
	_ = a.block.wait(ctx)
	return keeping
}
func (a stuckAccess) Unlock(ctx context.Context, _ string) error        { return a.block.wait(ctx) }
func (a stuckAccess) Get(ctx context.Context, _ string) (string, error) { return "", a.block.wait(ctx) }
func (a stuckAccess) Set(ctx context.Context, _, _ string) error        { return a.block.wait(ctx) }
func (a stuckAccess) Delete(ctx context.Context, _ string) error        { return a.block.wait(ctx) }

// stuckAutostart is a start-up folder that blocks.
type stuckAutostart struct{ block stuck }

func (a stuckAutostart) Enabled() (bool, error) { <-a.block; return false, apptest.ErrBroken }
func (a stuckAutostart) Set(bool) error         { <-a.block; return apptest.ErrBroken }

// startStuck starts the window with an upload in every state, all selected, while
// engine, disk, keyring and desktop block.
func startStuck(t *testing.T) *testWindow {
	t.Helper()
	stuck := make(stuck)
	engine := apptest.NewEngine(apptest.EveryState(time.Now())...)
	s := startWindow(t, engine, func(c *Config, d *fakeDesktop) {
		d.block = stuck
		c.Engine, c.Access, c.Autostart = stuckEngine{engine, stuck}, stuckAccess{stuck}, stuckAutostart{stuck}
		c.Data = ProfileData{Dir: t.TempDir(), Log: apptest.File(t, "log"), Backup: func(ctx context.Context, _ string) (string, error) { return "", stuck.wait(ctx) }}
	})
	t.Cleanup(func() { close(stuck) }) // before the Ferry is closed, which waits for all that it began
	s.window.setFilter(view.FilterAll)
	s.window.list.Rows.SelectAll()
	s.ui.Drain()
	return s
}

// tappables is everything in an object that can be tapped.
func tappables(object fyne.CanvasObject) []fyne.Tappable {
	var all []fyne.Tappable
	for _, o := range test.LaidOutObjects(object) {
		if tappable, ok := o.(fyne.Tappable); ok && o.Visible() {
			all = append(all, tappable)
		}
	}
	return all
}

func openControls(s *testWindow) []fyne.Tappable {
	if top := s.window.window.Canvas().Overlays().Top(); top != nil {
		return tappables(top)
	}
	return nil
}

// userAction is something a person can do in the window.
type userAction struct {
	name string
	do   func(*testWindow)
}

// everyAction is everything that can be done in a window in which everything is
// selected.
func everyAction(t *testing.T) []userAction {
	t.Helper()
	s := startStuck(t)
	var all []userAction
	for _, key := range slices.Concat(s.keys.shortcuts()...) {
		all = append(all, userAction{"key " + key.String(), func(s *testWindow) {
			if key.modifier == plain {
				s.key(key.key)
				return
			}
			s.keys.typedChord(key.chord())
		}})
	}
	for i, object := range tappables(s.window.window.Content()) {
		all = append(all, userAction{fmt.Sprintf("button %d, a %T", i, object), func(s *testWindow) { tappables(s.window.window.Content())[i].Tapped(&fyne.PointEvent{}) }})
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
		userAction{"a drop", func(s *testWindow) { s.adding.drop(apptest.URIs("/nowhere/a", "/nowhere/b")) }},
		userAction{"the close button", func(s *testWindow) { s.quitter.closeWindow() }},
		userAction{"a server to add", func(s *testWindow) { s.servers.Add() }},
		userAction{"the servers", func(s *testWindow) { s.servers.Manage() }},
		userAction{"a start with files", func(s *testWindow) { s.serve(Request{Paths: []string{"/nowhere/c"}}) }},
	)
}

// TestWindowDoesNotBlock does everything a person can do, and taps everything that
// opens, while everything beside the UI blocks. If the UI goroutine waits for any of
// it, the test blocks in that action, and names it.
func TestWindowDoesNotBlock(t *testing.T) {
	deeds := everyAction(t)
	if len(deeds) < 60 {
		t.Errorf("there are only %d things to do", len(deeds))
	}
	known := map[string]bool{} // the same opens in several ways
	for _, d := range deeds {
		t.Run(d.name, func(t *testing.T) {
			s := startStuck(t)
			s.run(d.name, d.do)
			opened := openControls(s)
			if sort := typesOf(opened); !known[sort] {
				known[sort] = true
				tapEach(t, s, d, len(opened))
			}
		})
	}
}

// tapEach taps one after another everything that an action opens, as long as it opens
// the same.
func tapEach(t *testing.T, s *testWindow, d userAction, count int) {
	t.Helper()
	for i := range count {
		s.closeOverlays()
		s.run(d.name, d.do)
		if s.toolkit.quit || len(openControls(s)) != count {
			s = startStuck(t)
			s.run(d.name, d.do)
		}
		if now := openControls(s); i < len(now) {
			s.run(fmt.Sprintf("%s, then %d in what it opens, a %T", d.name, i, now[i]), func(*testWindow) { now[i].Tapped(&fyne.PointEvent{}) })
		}
	}
	if !s.toolkit.quit {
		s.closeOverlays()
		s.visibility.open()
		s.engine.Publish(apptest.Snapshot(apptest.Transfer(99, apptest.Done)))
		s.bridge.Refresh()
		s.until("what is new is shown", func() bool { return len(s.rows()) == 1 && s.rows()[0].ID == 99 })
	}
}

func typesOf(objects []fyne.Tappable) string {
	var b strings.Builder
	for _, o := range objects {
		fmt.Fprintf(&b, "%T ", o)
	}
	return b.String()
}

// run does an action, and everything that it posts.
func (s *testWindow) run(name string, do func(*testWindow)) {
	watch := time.AfterFunc(5*time.Minute, func() { panic("the window is stuck: " + name) })
	defer watch.Stop()
	do(s)
	s.ui.Drain()
}

// closeOverlays closes everything over the window.
func (s *testWindow) closeOverlays() {
	s.dialogs.Dismiss()
	overlays := s.window.window.Canvas().Overlays()
	for _, o := range overlays.List() {
		overlays.Remove(o)
	}
}
