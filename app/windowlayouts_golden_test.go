package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// layoutLooks are the looks in which every state of the window is compared.
var layoutLooks = []struct {
	name    string
	mode    settings.Theme
	scale   float64
	density settings.Density
	size    fyne.Size
}{
	{"narrow-dark", settings.ThemeDark, 1, settings.DensityComfortable, minSize},
	{"usual-light", settings.ThemeLight, 1, settings.DensityComfortable, startSize},
	{"large-dark", settings.ThemeDark, 1, settings.DensityComfortable, fyne.NewSize(1920, 1080)},
	{"double-light", settings.ThemeLight, 2, settings.DensityComfortable, fyne.NewSize(1920, 1080)},
	{"compact-dark", settings.ThemeDark, 1, settings.DensityCompact, startSize},
	{"compact-double-light", settings.ThemeLight, 2, settings.DensityCompact, fyne.NewSize(1920, 1080)},
}

// layoutStates are the states of the window without its dialogs. No text in them depends on the
// time.
var layoutStates = []struct {
	name     string
	snapshot func() *uploader.Snapshot
	show     func(*testWindow) // nil for nothing more
}{
	{name: "empty", snapshot: func() *uploader.Snapshot { return apptest.Snapshot() }},
	{name: "loading", snapshot: func() *uploader.Snapshot {
		s := apptest.Snapshot()
		s.Loading = true
		return s
	}},
	{name: "busy", snapshot: busyFolders},
	{name: "batch open", snapshot: busyFolders, show: func(s *testWindow) { s.window.list.Activate(-7) }},
	{name: "selection", snapshot: busyFolders, show: func(s *testWindow) {
		s.window.list.Activate(-7)
		s.window.list.Rows.SelectAll()
	}},
	{name: "details", snapshot: busyFolders, show: func(s *testWindow) {
		s.window.list.Activate(-7)
		s.window.openTransfer(2)
		s.window.list.Rows.Select(2)
	}},
	{name: "paused", snapshot: func() *uploader.Snapshot {
		return apptest.Snapshot(namedFilms(apptest.Paused, apptest.Acknowledged(1_200_000_000))...)
	}},
	{name: "finished", snapshot: func() *uploader.Snapshot {
		return apptest.Snapshot(namedFilms(apptest.Done, apptest.Acknowledged(4*apptest.Gigabyte), func(t *uploader.Transfer) { t.ActiveTime = 320 * time.Second })...)
	}},
	{name: "broken", snapshot: func() *uploader.Snapshot {
		kinds := []fault.Kind{fault.SourceChanged, fault.SourceMissing, fault.Refused, fault.TooLarge, fault.Gone}
		films := namedFilms()
		for i, f := range films {
			apptest.Failed(kinds[i%len(kinds)])(f)
		}
		return apptest.Snapshot(films...)
	}},
	{name: "offline", snapshot: func() *uploader.Snapshot {
		s := apptest.Snapshot(namedFilms(apptest.Waiting(fault.Offline), apptest.Acknowledged(1_200_000_000))...)
		s.Holds = map[uploader.ServerID]uploader.Hold{2: {}}
		return s
	}},
	{name: "search without results", snapshot: busyFolders, show: func(s *testWindow) { s.window.filter.Field.SetText("no such name") }},
	{name: "filter", snapshot: busyFolders, show: func(s *testWindow) { s.window.setFilter(view.FilterAttention) }},
	{name: "filter without uploads", snapshot: busyFolders, show: func(s *testWindow) { s.window.setFilter(view.FilterWaiting) }},
	{name: "interrupted uploads", snapshot: func() *uploader.Snapshot {
		return apptest.Snapshot(namedFilms(apptest.Acknowledged(1_200_000_000))...)
	}, show: func(s *testWindow) {
		s.prompt.interrupted = view.FindInterrupted(s.bridge.Snapshot())
		s.prompt.showQuestion(s.bridge.Snapshot())
	}},
	{name: "error of many files", snapshot: func() *uploader.Snapshot { return apptest.Snapshot(refusedFiles(312)...) }},
	{name: "thousand rows", snapshot: func() *uploader.Snapshot { return apptest.ManyTransfers(1000) }, show: func(s *testWindow) { s.window.list.Rows.SetScrollOffset(5000) }},
	{name: "message", snapshot: busyFolders, show: func(s *testWindow) {
		s.window.toasts.NotifyWithAction("Removed 1 upload from the list", "Undo", func() {}, nil)
	}},
}

// busyFolders returns folders of which one is being sent.
func busyFolders() *uploader.Snapshot {
	s := apptest.Folders()
	s.Progress[2] = uploader.Progress{Sent: 3 * apptest.Gigabyte, Rate: 18.4e6, ETA: 4 * time.Minute}
	s.Totals.Active, s.Totals.Rate, s.Totals.ETA = 1, 18.4e6, 4*time.Minute
	return s
}

// namedFilms returns uploads of files with short and long names in several scripts.
func namedFilms(options ...func(*uploader.Transfer)) []*uploader.Transfer {
	var films []*uploader.Transfer
	for i, name := range []string{
		"a.txt", "interview.mov", "2026-08-14 Annual general meeting of the society, second camera, complete recording.mov",
		"北京之行-照片合集-最终版本.zip", "צילום מסך (3).png", "README",
	} {
		film := apptest.Transfer(uploader.TransferID(i+1), append([]func(*uploader.Transfer){apptest.WithPath("/home/ada/" + name)}, options...)...)
		film.Server = 2
		films = append(films, film)
	}
	return films
}

// TestWindowLayouts compares the layout of the window in every state and look: the place, size,
// text and colour of everything that is drawn.
func TestWindowLayouts(t *testing.T) {
	for _, look := range layoutLooks {
		t.Run(look.name, func(t *testing.T) {
			s := startWindow(t, apptest.NewEngine(), func(c *Config, _ *fakeDesktop) { c.ReceivedDir = "/home/ada/Received" })
			s.config.Settings.Update(func(set *settings.Settings) {
				set.Appearance.Theme, set.Appearance.Scale, set.Appearance.Density = look.mode, look.scale, look.density
			})
			s.until("appearance is applied", func() bool { return s.appearance == s.config.Settings.Get().Appearance })
			s.window.window.Resize(look.size)
			for _, state := range layoutStates {
				s.resetWindow()
				s.window.setFilter(view.FilterAll)
				s.publish(apptest.Snapshot()) // closes the batches
				s.publish(state.snapshot())
				if state.show != nil {
					state.show(s)
					s.show(s.bridge.Snapshot())
				}
				s.ui.Drain()
				s.window.window.Canvas().Unfocus() // a cursor blinks
				for range 2 {                      // the test driver does not lay out what has another size
					s.window.window.Resize(look.size.AddWidthHeight(1, 0))
					s.window.window.Resize(look.size)
					s.window.details.Content.Refresh()
					s.ui.Drain()
				}
				name := look.name + "/" + strings.ReplaceAll(state.name, " ", "-")
				assertWindowMarkup(t, "windows/"+name+".xml", s.window.window.Canvas())
			}
		})
	}
}

// assertWindowMarkup compares the window with a file, in which the one path has slashes.
func assertWindowMarkup(t *testing.T, name string, canvas fyne.Canvas) {
	t.Helper()
	const path = "/home/ada/Iceland"
	if filepath.FromSlash(path) == path {
		test.AssertRendersToMarkup(t, name, canvas)
		return
	}
	want, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	got := strings.ReplaceAll(test.RenderToMarkup(canvas), filepath.FromSlash(path), path)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}
