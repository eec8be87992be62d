package app

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/preferences"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/whendone"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets/theme"
)

// tolerance is how far a text may exceed its bounds, because sizes are rounded to pixels.
const tolerance = 1

// inspection finds texts that do not fit in a window.
type inspection struct {
	t        *testing.T
	window   fyne.Size
	problems map[string]bool
	texts    int
}

// inspect checks every text on a canvas.
func inspect(t *testing.T, c fyne.Canvas) inspection {
	i := inspection{t: t, window: c.Size(), problems: map[string]bool{}}
	i.checkObject(c.Content(), fyne.NewPos(0, 0), false, i.window.Width, "")
	for _, o := range c.Overlays().List() {
		i.checkObject(o, o.Position(), false, i.window.Width, "")
	}
	return i
}

// checkObject checks an object at a position, and its children. The content of a scroll
// container may exceed it.
func (i *inspection) checkObject(object fyne.CanvasObject, at fyne.Position, scrolls bool, edge float32, path string) {
	if object == nil || !object.Visible() {
		return
	}
	path += "/" + strings.TrimPrefix(reflect.TypeOf(object).String(), "*")
	switch o := object.(type) {
	case *canvas.Text:
		i.checkText(o, at, scrolls, edge, path)
	case *container.Scroll:
		i.checkWidget(o, at, true, path)
	case *container.Clip:
		i.checkWidget(o, at, true, path)
	case *fyne.Container:
		if o.Layout != nil {
			o.Layout.Layout(o.Objects, o.Size()) // the test driver does not do it after a change of a child
		}
		for _, child := range o.Objects {
			i.checkObject(child, at.Add(child.Position()), scrolls, edge, path)
		}
	case fyne.Widget:
		i.checkWidget(o, at, scrolls || reflect.TypeOf(o).String() == "*widget.Scroll", path)
	}
}

func (i *inspection) checkWidget(w fyne.Widget, at fyne.Position, scrolls bool, path string) {
	edge := at.X + w.Size().Width
	renderer := test.TempWidgetRenderer(i.t, w)
	renderer.Layout(w.Size())
	for _, child := range renderer.Objects() {
		i.checkObject(child, at.Add(child.Position()), scrolls, edge, path)
	}
}

func (i *inspection) checkText(text *canvas.Text, at fyne.Position, scrolls bool, edge float32, path string) {
	if strings.TrimSpace(text.Text) == "" {
		return
	}
	i.texts++
	needed, actual := text.MinSize(), text.Size()
	if needed.Width > actual.Width+tolerance && text.Text != "…" {
		i.addProblem("%q needs width %v, has %v (%s)", text.Text, needed.Width, actual.Width, path)
	}
	if at.X+needed.Width > edge+tolerance {
		i.addProblem("%q ends at %v, its container at %v (%s)", text.Text, at.X+needed.Width, edge, path)
	}
	end := at.AddXY(needed.Width, needed.Height)
	if !scrolls && (at.X < -tolerance || at.Y < -tolerance || end.X > i.window.Width+tolerance || end.Y > i.window.Height+tolerance) {
		i.addProblem("%q is outside of the window, from %v to %v (%s)", text.Text, at, end, path)
	}
}

func (i *inspection) addProblem(format string, args ...any) {
	i.problems[fmt.Sprintf(format, args...)] = true
}

// windowStates are the states of the window that are checked.
var windowStates = []struct {
	name string
	show func(s *testWindow)
}{
	{"all rows", func(s *testWindow) { s.window.list.Rows.SelectAll() }},
	{"end of the list", func(s *testWindow) { s.window.list.Rows.SetScrollOffset(1000) }},
	{"details", func(s *testWindow) { s.window.openTransfer(3) }},
	{"details of a failed upload", func(s *testWindow) { s.window.openTransfer(15) }},
	{"details of all rows", func(s *testWindow) {
		s.window.list.Rows.SelectAll()
		s.actions.actOnSelected(view.ActionDetails)
	}},
	{"empty list", func(s *testWindow) { s.show(apptest.Snapshot()) }},
	{"no search results", func(s *testWindow) {
		s.window.find()
		test.Type(s.window.filter.Field, "no such name")
	}},
	{"resume question", func(s *testWindow) {
		s.prompt.interrupted = view.FindInterrupted(s.bridge.Snapshot())
		s.prompt.showQuestion(s.bridge.Snapshot())
		s.show(s.bridge.Snapshot())
	}},
	{"scan", func(s *testWindow) {
		s.window.banner.ShowScan(words.Text("counting.folder", words.Data{"Folder": "Iceland raws", "So": words.Files(42_000)}), func() {})
	}},
	{"error of many files", func(s *testWindow) {
		s.window.show(apptest.Snapshot(refusedFiles(312)...), view.Counts{})
	}},
	{"undo", func(s *testWindow) { s.removals.remove(view.SelectionOf(s.bridge.Snapshot().Transfers.At(15))) }},
	{"cancel question", func(s *testWindow) { s.actions.cancel(view.SelectionOf(s.bridge.Snapshot().Transfers.At(2))) }},
	{"question for another server", func(s *testWindow) {
		s.actions.chooseServer(view.SelectionOf(s.bridge.Snapshot().Transfers.At(15)))
	}},
	{"quit question", func(s *testWindow) { s.quitter.quit(); s.untilDialog() }},
	{"key help", func(s *testWindow) { s.keys.showHelp() }},
	{"new server", func(s *testWindow) { s.servers.Add() }},
	{"servers", func(s *testWindow) { s.servers.Manage() }},
	{"context menu", func(s *testWindow) { s.window.list.Rows.Select(7); s.window.list.OpenMenu(fyne.NewPos(20, 20)) }},
	{"menu of what follows", func(s *testWindow) { s.window.footer.OpenWhenDone() }},
	{"what follows is chosen", func(s *testWindow) { s.afterUploads.choose(settings.DoneShutDown); s.show(s.bridge.Snapshot()) }},
	{"notice of what follows", func(s *testWindow) { s.afterUploads.announce(settings.DoneShutDown, whendone.Notice) }},
	{"limit menu", func(s *testWindow) { s.window.footer.OpenLimits() }},
	{"transfer settings", func(s *testWindow) { s.preferences.OpenSection(preferences.SectionTransfers) }},
	{"start settings", func(s *testWindow) { s.preferences.OpenSection(preferences.SectionStart) }},
	{"appearance settings", func(s *testWindow) { s.preferences.OpenSection(preferences.SectionAppearance) }},
	{"power settings", func(s *testWindow) { s.preferences.OpenSection(preferences.SectionPower) }},
	{"data settings", func(s *testWindow) { s.preferences.OpenSection(preferences.SectionData) }},
	{"options of what is added", func(s *testWindow) { s.adder.addWithOptions() }},
	{"statistics", openStatistics},
	{"server settings", func(s *testWindow) { s.preferences.OpenSection(preferences.SectionServers) }},
	{"notification settings", func(s *testWindow) { s.preferences.OpenSection(preferences.SectionNotifications) }},
	{"history", openOldHistory},
	{"decisions", func(s *testWindow) { s.decisions.show(0) }},
	{"sign-in", func(s *testWindow) {
		s.servers.SignIn(s.engine.Snapshot().Servers[1], &fault.Fault{Kind: fault.Auth, Op: fault.Probe, Status: 401})
	}},
	{"log", func(s *testWindow) { s.logs.showLog() }},
	{"crash report is offered", func(s *testWindow) { s.window.banner.ShowCrash(func() {}, func() {}) }},
	{"update is offered", func(s *testWindow) { s.window.banner.ShowUpdate("10.20.30", func() {}, func() {}) }},
	{"changes", func(s *testWindow) { s.preferences.ShowChanges() }},
	{"about", func(s *testWindow) { s.preferences.OpenSection(preferences.SectionAbout) }},
	{"licences", func(s *testWindow) {
		s.preferences.OpenSection(preferences.SectionAbout)
		test.Tap(s.setting("licences").Control().(*form.Button))
	}},
}

func TestTextsFit(t *testing.T) {
	for _, setup := range []struct {
		name  string
		size  fyne.Size
		scale float64
	}{
		{"minimum size", minSize, 1}, {"initial size", startSize, 1}, {"double scale", startSize, 2},
	} {
		for _, language := range []words.Language{words.English, words.Chinese} {
			t.Run(setup.name+" "+string(language), func(t *testing.T) {
				s := startWindow(t, apptest.NewEngine(apptest.EveryState(time.Now())...), withOldUsage)
				s.config.Settings.Update(func(set *settings.Settings) { set.Appearance.Language, set.Appearance.Scale = language, setup.scale })
				s.until("appearance is applied", func() bool { return s.appearance == s.config.Settings.Get().Appearance })
				s.window.window.Resize(setup.size)
				for _, state := range windowStates {
					s.enterState(state.show)
					found := inspect(t, s.window.window.Canvas())
					if found.texts < 5 {
						t.Errorf("%s: only %d texts are shown", state.name, found.texts)
					}
					for problem := range found.problems {
						t.Errorf("%s: %s", state.name, problem)
					}
				}
			})
		}
	}
	apptest.LoadEnglish(t)
}

// untilDialog waits until a dialog is open.
func (s *testWindow) untilDialog() {
	s.t.Helper()
	s.until("a dialog is open", func() bool { return s.overlay() != nil })
}

// resetWindow closes all dialogs and hides what is shown for a while.
func (s *testWindow) resetWindow() {
	for range 10 {
		s.dialogs.CloseTop()
	}
	s.closeOverlays()
	s.prompt.interrupted = nil
	s.window.banner.Hide()
	s.removals.undo()
	s.window.toasts.Dismiss()
	s.window.filter.Field.SetText("")
	s.window.closeDetails()
}

// enterState resets the window and shows a state.
func (s *testWindow) enterState(show func(*testWindow)) {
	s.resetWindow()
	sending := apptest.Snapshot(apptest.EveryState(time.Now())...)
	sending.Progress[3] = uploader.Progress{Sent: 1_400_000_000, Rate: 12.4e6, ETA: 4 * time.Minute}
	sending.Totals.Active, sending.Totals.Rate, sending.Totals.ETA = 1, 12.4e6, 22*time.Hour
	s.publish(sending)
	show(s)
	s.ui.Drain()
}

func TestInspectFindsTextsThatDoNotFit(t *testing.T) {
	apptest.App(t).Settings().SetTheme(theme.New(theme.Light, 1))
	for name, placed := range map[string]struct {
		size fyne.Size
		at   fyne.Position
	}{
		"text wider than its bounds": {fyne.NewSize(20, 20), fyne.NewPos(0, 0)},
		"text outside of the window": {fyne.NewSize(200, 20), fyne.NewPos(0, 90)},
	} {
		t.Run(name, func(t *testing.T) {
			text := canvas.NewText("Connection lost", nil)
			window := test.NewTempWindow(t, container.NewWithoutLayout(text))
			window.Resize(fyne.NewSize(400, 100))
			text.Resize(placed.size)
			text.Move(placed.at)
			if found := inspect(t, window.Canvas()); len(found.problems) != 1 {
				t.Errorf("found %v, want one problem", found.problems)
			}
		})
	}
}
