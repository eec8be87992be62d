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

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/preferences"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// tolerance is how far a text may extend beyond its place, because of rounding to pixels.
const tolerance = 1

// inspection finds texts that do not fit in a window.
type inspection struct {
	t        *testing.T
	window   fyne.Size
	problems map[string]bool
	texts    int
}

// inspect inspects everything that a canvas shows.
func inspect(t *testing.T, c fyne.Canvas) inspection {
	i := inspection{t: t, window: c.Size(), problems: map[string]bool{}}
	i.checkObject(c.Content(), fyne.NewPos(0, 0), false, i.window.Width, "")
	for _, o := range c.Overlays().List() {
		i.checkObject(o, o.Position(), false, i.window.Width, "")
	}
	return i
}

// checkObject inspects an object at a position, and everything in it. The content of something
// that scrolls may extend beyond it.
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
			o.Layout.Layout(o.Objects, o.Size()) // this driver does not do it by itself when something in it has changed
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
	least, has := text.MinSize(), text.Size()
	if least.Width > has.Width+tolerance && text.Text != "…" {
		i.addProblem("%q needs %v and has %v (%s)", text.Text, least.Width, has.Width, path)
	}
	if at.X+least.Width > edge+tolerance {
		i.addProblem("%q ends at %v, what it stands in at %v (%s)", text.Text, at.X+least.Width, edge, path)
	}
	end := at.AddXY(least.Width, least.Height)
	if !scrolls && (at.X < -tolerance || at.Y < -tolerance || end.X > i.window.Width+tolerance || end.Y > i.window.Height+tolerance) {
		i.addProblem("%q lies at %v to %v (%s)", text.Text, at, end, path)
	}
}

func (i *inspection) addProblem(format string, about ...any) {
	i.problems[fmt.Sprintf(format, about...)] = true
}

// windowStates are states of the window.
var windowStates = []struct {
	name string
	set  func(s *testWindow)
}{
	{"every state", func(s *testWindow) { s.window.list.Rows.SelectAll() }},
	{"the end", func(s *testWindow) { s.window.list.Rows.SetScrollOffset(1000) }},
	{"details", func(s *testWindow) { s.window.openDetails(3) }},
	{"failed", func(s *testWindow) { s.window.openDetails(15) }},
	{"nothing", func(s *testWindow) { s.show(apptest.Snapshot()) }},
	{"not found", func(s *testWindow) {
		s.window.find()
		test.Type(s.window.filter.Field, "nothing is called this")
	}},
	{"question", func(s *testWindow) {
		s.prompt.interrupted = view.FindInterrupted(s.bridge.Snapshot())
		s.prompt.showQuestion(s.bridge.Snapshot())
		s.show(s.bridge.Snapshot())
	}},
	{"counting", func(s *testWindow) {
		s.window.banner.ShowScan(words.Text("counting.folder", words.Data{"Folder": "Iceland raws", "So": words.Files(42_000)}), func() {})
	}},
	{"undo", func(s *testWindow) { s.removals.remove(view.SelectionOf(s.bridge.Snapshot().Transfers[15])) }},
	{"cancel", func(s *testWindow) { s.actions.cancel(view.SelectionOf(s.bridge.Snapshot().Transfers[2])) }},
	{"quit", func(s *testWindow) { s.quitter.quit() }},
	{"keys", func(s *testWindow) { s.keys.showHelp() }},
	{"server", func(s *testWindow) { s.servers.Add() }},
	{"servers", func(s *testWindow) { s.servers.Manage() }},
	{"menu", func(s *testWindow) { s.window.list.Rows.Select(7); s.window.list.OpenMenu(fyne.NewPos(20, 20)) }},
	{"limits", func(s *testWindow) { s.window.footer.OpenLimits() }},
	{"transfers", func(s *testWindow) { s.preferences.OpenSection(preferences.SectionTransfers) }},
	{"start", func(s *testWindow) { s.preferences.OpenSection(preferences.SectionStart) }},
	{"look", func(s *testWindow) { s.preferences.OpenSection(preferences.SectionLook) }},
	{"data", func(s *testWindow) { s.preferences.OpenSection(preferences.SectionData) }},
}

func TestEveryTextFits(t *testing.T) {
	for _, room := range []struct {
		name  string
		size  fyne.Size
		scale float64
	}{
		{"small", minSize, 1}, {"first", startSize, 1}, {"large", startSize, 2},
	} {
		for _, language := range []words.Language{words.English, words.Chinese} {
			t.Run(room.name+" "+string(language), func(t *testing.T) {
				s := startWindow(t, apptest.NewEngine(apptest.EveryState(time.Now())...))
				s.config.Settings.Update(func(set *settings.Settings) { set.Appearance.Language, set.Appearance.Scale = language, room.scale })
				s.until("it is worn", func() bool { return s.appearance == s.config.Settings.Get().Appearance })
				s.window.window.Resize(room.size)
				for _, scene := range windowStates {
					s.enterState(scene.set)
					found := inspect(t, s.window.window.Canvas())
					if found.texts < 5 {
						t.Errorf("%s: %d texts are shown", scene.name, found.texts)
					}
					for what := range found.problems {
						t.Errorf("%s: %s", scene.name, what)
					}
				}
			})
		}
	}
	apptest.LoadEnglish(t)
}

// enterState brings the window into a state, after closing all others.
func (s *testWindow) enterState(scene func(*testWindow)) {
	for range 10 {
		s.dialogs.Dismiss()
	}
	for _, o := range s.window.window.Canvas().Overlays().List() {
		s.window.window.Canvas().Overlays().Remove(o)
	}
	s.prompt.interrupted = nil
	s.window.banner.Hide()
	s.removals.undo()
	s.window.toasts.Dismiss()
	s.window.filter.Field.SetText("")
	s.window.closeDetails()
	moving := apptest.Snapshot(apptest.EveryState(time.Now())...)
	moving.Progress[3] = uploader.Progress{Sent: 1_400_000_000, Rate: 12.4e6, ETA: 4 * time.Minute}
	moving.Totals.Active, moving.Totals.Rate, moving.Totals.ETA = 1, 12.4e6, 22*time.Hour
	s.engine.Publish(moving)
	s.show(moving)
	scene(s)
	s.ui.Drain()
}

func TestInspectionFindsTextsThatDoNotFit(t *testing.T) {
	for name, place := range map[string]struct {
		size fyne.Size
		at   fyne.Position
	}{
		"a text in too little room":  {fyne.NewSize(20, 20), fyne.NewPos(0, 0)},
		"one that leaves the window": {fyne.NewSize(200, 20), fyne.NewPos(0, 90)},
	} {
		t.Run(name, func(t *testing.T) {
			text := canvas.NewText("Connection lost", nil)
			window := test.NewTempWindow(t, container.NewWithoutLayout(text))
			window.Resize(fyne.NewSize(400, 100))
			text.Resize(place.size)
			text.Move(place.at)
			if found := inspect(t, window.Canvas()); len(found.problems) != 1 {
				t.Errorf("it finds %v", found.problems)
			}
		})
	}
}
