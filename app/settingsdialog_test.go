package app

import (
	"context"
	"errors"
	"image/color"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// settle opens the settings at a section.
func settle(t *testing.T, section section) (*stage, *settingsDialog) {
	t.Helper()
	s := raise(t, newFakeEngine())
	s.openSettings()
	test.Tap(s.settings.nav[section])
	return s, s.settings
}

// row is the field of that key.
func (d *settingsDialog) row(t *testing.T, key string) *dialog.Setting {
	t.Helper()
	for _, object := range d.page.Objects() {
		if row, ok := object.(*dialog.Setting); ok && row.Name() == words.Say("settings."+key) {
			return row
		}
	}
	t.Fatalf("there is no field %q", key)
	return nil
}

func (s *stage) chosen() settings.Settings { return s.config.Settings.Get() }

func TestEverySettingHasAControlThatChangesItAtOnce(t *testing.T) {
	pickIn := func(label string) func(*testing.T, *dialog.Setting) {
		return func(t *testing.T, row *dialog.Setting) {
			control := row.Control().(*selection)
			if !slices.Contains(control.Options, label) {
				t.Fatalf("%q offers %q, not %q", row.Name(), control.Options, label)
			}
			control.SetSelected(label)
		}
	}
	flip := func(_ *testing.T, row *dialog.Setting) { test.Tap(row.Control().(*tick)) }
	typed := func(text string) func(*testing.T, *dialog.Setting) {
		return func(_ *testing.T, row *dialog.Setting) { row.Control().(*entry).SetText(text) }
	}
	for _, c := range []struct {
		section section
		key     string
		do      func(*testing.T, *dialog.Setting)
		changed func(settings.Settings) bool
	}{
		{sectionTransfers, "simultaneous", pickIn("8"), func(s settings.Settings) bool { return s.Transfers.Simultaneous == 8 }},
		{sectionTransfers, "connections", pickIn("2"), func(s settings.Settings) bool { return s.Transfers.Connections == 2 }},
		{sectionTransfers, "metered", pickIn("Wait for another network"), func(s settings.Settings) bool { return s.Transfers.Metered == "hold" }},
		{sectionTransfers, "fingerprint", pickIn("Content samples"), func(s settings.Settings) bool { return s.Transfers.Fingerprint == "content" }},
		{sectionTransfers, "proof", pickIn("Always everything"), func(s settings.Settings) bool { return s.Transfers.Proof == "whole" }},
		{sectionTransfers, "sum", flip, func(s settings.Settings) bool { return s.Transfers.Sum }},
		{sectionTransfers, "ignore", typed("*.tmp\n\n cache "), func(s settings.Settings) bool { return strings.Join(s.Transfers.Ignore, "|") == "*.tmp|cache" }},
		{sectionTransfers, "hidden", flip, func(s settings.Settings) bool { return !s.Transfers.Hidden }},
		{sectionTransfers, "links", flip, func(s settings.Settings) bool { return s.Transfers.Links }},
		{sectionTransfers, "settle", pickIn("30 s"), func(s settings.Settings) bool { return s.Transfers.Settle.Seconds() == 30 }},
		{sectionTransfers, "most", pickIn("100 uploads"), func(s settings.Settings) bool { return s.Transfers.History.Most == 100 }},
		{sectionTransfers, "age", pickIn("7 days"), func(s settings.Settings) bool { return s.Transfers.History.Age == 7*day }},
		{sectionNotifications, "finished", flip, func(s settings.Settings) bool { return !s.Notifications.Finished }},
		{sectionNotifications, "needs-you", flip, func(s settings.Settings) bool { return !s.Notifications.NeedsYou }},
		{sectionNotifications, "interrupted", flip, func(s settings.Settings) bool { return !s.Notifications.Interrupted }},
		{sectionStart, "on-start", pickIn("Ask first"), func(s settings.Settings) bool { return s.Start.OnStart == settings.OnStartAsk }},
		{sectionStart, "at-login", flip, func(s settings.Settings) bool { return s.Start.AtLogin }},
		{sectionStart, "close-to-tray", flip, func(s settings.Settings) bool { return !s.Start.CloseToTray }},
		{sectionStart, "ask-before-quit", flip, func(s settings.Settings) bool { return !s.Start.AskBeforeQuit }},
		{sectionLook, "language", pickIn("简体中文"), func(s settings.Settings) bool { return s.Look.Language == words.Chinese }},
		{sectionLook, "theme", pickIn("Dark"), func(s settings.Settings) bool { return s.Look.Theme == settings.ThemeDark }},
		{sectionLook, "scale", pickIn("150 %"), func(s settings.Settings) bool { return s.Look.Scale == 1.5 }},
	} {
		t.Run(c.key, func(t *testing.T) {
			s, d := settle(t, c.section)
			if c.changed(s.chosen()) {
				t.Fatal("it was so before")
			}
			c.do(t, d.row(t, c.key))
			if !c.changed(s.chosen()) {
				t.Errorf("it is %+v", s.chosen())
			}
		})
	}
}

// texts are all words to be seen in an object.
func texts(object fyne.CanvasObject) []string {
	var all []string
	for _, o := range test.LaidOutObjects(object) {
		switch o := o.(type) {
		case *canvas.Text:
			all = append(all, o.Text)
		case *widget.Button:
			all = append(all, o.Text)
		}
	}
	return all
}

func TestEverySectionIsWholeInEveryLanguageAndSize(t *testing.T) {
	for _, language := range words.Languages() {
		for _, scale := range []float64{1, 2} {
			t.Run(string(language)+" "+words.Percent(scale), func(t *testing.T) {
				s, _ := settle(t, sectionTransfers)
				s.window.window.Resize(leastSize)
				s.config.Settings.Update(func(set *settings.Settings) {
					set.Look.Language, set.Look.Scale = language, scale
					set.Transfers.Schedule = uploader.Schedule{usualSpan}
				})
				s.until("it is worn", func() bool { return s.ferry.look.Scale == scale && s.ferry.look.Language == language })
				for section := range sections {
					s.settings.choose(section)
					for _, text := range texts(s.window.window.Canvas().Overlays().Top()) {
						if strings.HasPrefix(text, "settings.") || strings.Contains(text, "<no value>") {
							t.Errorf("%s: %q", section, text)
						}
					}
					for _, object := range s.settings.page.Objects() {
						if row, ok := object.(*dialog.Setting); ok {
							within(t, row)
						}
					}
					if section != sectionTransfers {
						continue
					}
					hours := s.settings.form.hours
					for _, line := range hours.lines {
						for _, part := range slices.Concat(line.parts...) {
							if end := part.Position().X + part.Size().Width; end > hours.content.Size().Width+1 {
								t.Errorf("a control of the schedule ends at %g of %g", end, hours.content.Size().Width)
							}
						}
					}
				}
			})
		}
	}
}

// within fails for a field whose control reaches out of it.
func within(t *testing.T, row *dialog.Setting) {
	t.Helper()
	control := row.Control()
	end := control.Position().Add(control.Size())
	if size := row.Size(); control.Position().X < 0 || end.X > size.Width+1 || end.Y > size.Height+1 {
		t.Errorf("%q: the control ends at %v, the field is %v", row.Name(), end, size)
	}
}

func TestTheLanguageChangesEverythingAtOnce(t *testing.T) {
	s, d := settle(t, sectionLook)
	s.window.bar.show(s.snapshot(), s.window.destination.in(s.snapshot()), tally{})
	d.row(t, "language").Control().(*selection).SetSelected("简体中文")
	s.until("the window speaks it", func() bool { return s.window.bar.add.Text == "添加" })
	if got := s.settings.close.Text; got != "关闭" {
		t.Errorf("the settings say %q", got)
	}
	if s.settings.chosen != sectionLook {
		t.Errorf("they are at %s", s.settings.chosen)
	}
	if got := lang.L("Cancel"); got != "取消" {
		t.Errorf("the toolkit says %q", got)
	}
	s.until("the tray speaks it", func() bool { return slices.Contains(labels(s.toolkit.menu), "打开 Ferry") })
	s.settings.row(t, "language").Control().(*selection).SetSelected("English")
	s.until("the window speaks English again", func() bool { return s.window.bar.add.Text == "Add" })
}

func TestWhatIsShownOutlivesAnotherSize(t *testing.T) {
	s := raise(t, newFakeEngineAt(iceland()), asking)
	s.filter(filterTrouble)
	s.until("it asks", func() bool { return s.left != nil })
	s.window.list.rows.Select(4)
	s.openDetails(4)
	s.config.Settings.Update(func(set *settings.Settings) { set.Look.Scale = 1.5 })
	s.until("it is worn", func() bool { return s.look.Scale == 1.5 })
	if got := s.window.list.rows.Selected(); !slices.Equal(got, []int64{4}) {
		t.Errorf("%v is selected", got)
	}
	if d := s.window.details; d.of != 4 || !d.content.Visible() {
		t.Errorf("the details are of %d, visible %t", d.of, d.content.Visible())
	}
	if got := theme.Grid(1); got != 6 {
		t.Errorf("a step of the grid is %v", got)
	}
	if s.window.filter.chosen != filterTrouble {
		t.Errorf("the filter is %s", s.window.filter.chosen)
	}
	if len(s.window.banner.greeting.Buttons) == 0 {
		t.Error("the question is gone")
	}
}

func TestTheListStaysWhereItIsInAnotherLanguageAndSize(t *testing.T) {
	var transfers []*uploader.Transfer
	for id := range uploader.TransferID(500) {
		transfers = append(transfers, transfer(id+1, done))
	}
	s := raise(t, newFakeEngine(transfers...))
	s.window.list.rows.ScrollBack(200.5)
	for _, change := range []func(*settings.Look){
		func(l *settings.Look) { l.Language = words.Chinese },
		func(l *settings.Look) { l.Scale = 1.5 },
		func(l *settings.Look) { l.Language = words.English },
	} {
		s.config.Settings.Update(func(set *settings.Settings) { change(&set.Look) })
		s.until("it is worn", func() bool { return s.look == s.config.Settings.Get().Look })
		if got := s.window.list.rows.Scrolled(); got != 200.5 || !s.window.list.rows.InSight(201) {
			t.Errorf("it is at row %v", got)
		}
	}
}

func TestTheThemeChangesAtOnce(t *testing.T) {
	s, d := settle(t, sectionLook)
	back := func() color.Color { return theme.Color(fynetheme.ColorNameBackground) }
	d.row(t, "theme").Control().(*selection).SetSelected("Dark")
	s.until("it is dark", func() bool { return s.look.Theme == settings.ThemeDark })
	dark := back()
	s.settings.row(t, "theme").Control().(*selection).SetSelected("Light")
	s.until("it is light", func() bool { return s.look.Theme == settings.ThemeLight })
	if dark == back() {
		t.Error("both look the same")
	}
}

func TestSpeedLimit(t *testing.T) {
	s, d := settle(t, sectionTransfers)
	row := d.row(t, "limit")
	number := test.LaidOutObjects(row)
	var typed *entry
	var unit *selection
	for _, o := range number {
		switch o := o.(type) {
		case *entry:
			typed = o
		case *selection:
			unit = o
		}
	}
	for _, c := range []struct {
		text, unit string
		want       int64
		problem    bool
	}{
		{"2.5", "MB/s", 2_500_000, false},
		{"2,5", "MB/s", 2_500_000, false},
		{"100", "Mbit/s", 12_500_000, false},
		{"250", "KB/s", 250_000, false},
		{"", "KB/s", 0, false},
		{"fast", "KB/s", 0, true},
		{"-1", "KB/s", 0, true},
		{"0", "MB/s", 0, true},
		{"NaN", "MB/s", 0, true},
		{"1e300", "MB/s", 0, true},
		{" 3 ", "MB/s", 3_000_000, false},
	} {
		unit.SetSelected(c.unit)
		typed.SetText(c.text)
		if got := s.chosen().Transfers.Limit; got != c.want && !c.problem {
			t.Errorf("%q %s is %d, want %d", c.text, c.unit, got, c.want)
		}
		if got := row.Problem() != ""; got != c.problem {
			t.Errorf("%q %s: said %q", c.text, c.unit, row.Problem())
		}
	}
	s.config.Settings.Update(func(set *settings.Settings) { set.Transfers.Limit = 1_500_000 })
	s.until("a limit chosen elsewhere shows", func() bool { return typed.Text == "1.5" && unit.Selected == "MB/s" })
}

func TestSchedule(t *testing.T) {
	s, d := settle(t, sectionTransfers)
	control := func() *scheduleControl { return d.form.hours }
	test.Tap(control().add)
	if diff := cmp.Diff(uploader.Schedule{usualSpan}, s.chosen().Transfers.Schedule); diff != "" {
		t.Error(diff)
	}
	line := control().lines[0]
	line.days.SetSelected("Weekend")
	line.from.SetSelected("22:30")
	line.until.SetSelected("06:00")
	line.what.SetSelected("No uploads")
	want := uploader.Span{Days: weekend, From: 22*time.Hour + 30*time.Minute, Until: 6 * time.Hour, Limit: uploader.Nothing}
	if diff := cmp.Diff(uploader.Schedule{want}, s.chosen().Transfers.Schedule); diff != "" {
		t.Error(diff)
	}
	line.what.SetSelected("Limit to")
	line.rate.number.SetText("4")
	want.Limit = 4_000_000
	if diff := cmp.Diff(uploader.Schedule{want}, s.chosen().Transfers.Schedule); diff != "" {
		t.Error(diff)
	}
	test.Tap(control().add)
	test.Tap(control().lines[0].remove)
	if diff := cmp.Diff(uploader.Schedule{usualSpan}, s.chosen().Transfers.Schedule); diff != "" {
		t.Error(diff)
	}
	odd := uploader.Schedule{{Days: [7]bool{2: true, 4: true}, From: 7 * time.Minute, Until: 24 * time.Hour, Limit: 0}}
	s.config.Settings.Update(func(set *settings.Settings) { set.Transfers.Schedule = odd })
	s.until("hours from elsewhere show", func() bool {
		line := control().lines[0]
		return line.days.Selected == "Tuesday, Thursday" && line.from.Selected == "00:07" && line.until.Selected == "00:00" && line.what.Selected == "No limit"
	})
}

func TestAPatternThatIsNoneIsSaidAndNotKept(t *testing.T) {
	s, d := settle(t, sectionTransfers)
	row := d.row(t, "ignore")
	before := s.chosen().Transfers.Ignore
	row.Control().(*entry).SetText("*.tmp\n[a")
	if !strings.Contains(row.Problem(), "[a") {
		t.Errorf("said %q", row.Problem())
	}
	if diff := cmp.Diff(before, s.chosen().Transfers.Ignore); diff != "" {
		t.Error(diff)
	}
}

func TestResettingASectionLeavesTheOthers(t *testing.T) {
	s, d := settle(t, sectionNotifications)
	s.config.Settings.Update(func(set *settings.Settings) {
		set.Notifications.Finished, set.Start.AskBeforeQuit = false, false
	})
	test.Tap(d.reset)
	if got := s.chosen(); !got.Notifications.Finished || got.Start.AskBeforeQuit {
		t.Errorf("they are %+v", got)
	}
	if !d.row(t, "finished").Control().(*tick).Checked {
		t.Error("the box does not show it")
	}
}

func TestTheSettingsNeedNoMouse(t *testing.T) {
	s := raise(t, newFakeEngine())
	s.openSettings()
	canvas := s.window.window.Canvas()
	reached := map[fyne.Focusable]bool{}
	for range 200 {
		reached[canvas.Focused()] = true
		canvas.FocusNext()
	}
	for _, row := range s.settings.form.rows {
		for _, o := range test.LaidOutObjects(row) {
			switch o.(type) {
			case *tick, *selection, *entry, *press:
				if !reached[o.(fyne.Focusable)] {
					t.Errorf("%T is out of reach", o)
				}
			}
		}
	}
	for steps := range len(reached) {
		s.openSettings()
		for range steps {
			canvas.FocusNext()
		}
		control := canvas.Focused()
		control.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
		if s.settings != nil {
			t.Errorf("Escape in %T does not leave", control)
		}
	}
}

// fakeAutostart is a system that starts programs at login.
type fakeAutostart struct {
	nudge  func()
	mu     sync.Mutex
	on     bool
	broken error
	slow   chan struct{} // the first answer waits for it, unless it is nil
}

func (a *fakeAutostart) Enabled() (bool, error) {
	if a.slow != nil {
		<-a.slow
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.on, nil
}

func (a *fakeAutostart) Set(on bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.nudge()
	if a.broken == nil {
		a.on = on
	}
	return a.broken
}

func TestStartAtLogin(t *testing.T) {
	begin := func(t *testing.T, system *fakeAutostart) *stage {
		s := raise(t, newFakeEngine(), func(c *Config, d *fakeDesktop) {
			system.nudge = func() { d.nudge() }
			c.Autostart = system
		})
		s.openSection(sectionStart)
		return s
	}
	box := func(s *stage) *tick { return s.settings.row(s.t, "at-login").Control().(*tick) }
	t.Run("the system is told", func(t *testing.T) {
		system := &fakeAutostart{}
		s := begin(t, system)
		test.Tap(box(s))
		s.until("it starts Ferry", func() bool { on, _ := system.Enabled(); return on })
		test.Tap(box(s))
		s.until("it does no more", func() bool { on, _ := system.Enabled(); return !on })
	})
	t.Run("what is chosen before the system has said how it is counts", func(t *testing.T) {
		system := &fakeAutostart{}
		system.mu.Lock()
		s := begin(t, system)
		test.Tap(box(s))
		system.mu.Unlock()
		s.until("it starts Ferry", func() bool { on, _ := system.Enabled(); return on })
	})
	t.Run("what the user did with the system's own tools counts", func(t *testing.T) {
		s := begin(t, &fakeAutostart{on: true})
		s.until("it shows", func() bool { return box(s).Checked })
	})
	t.Run("what the user chooses before the system has answered is not lost", func(t *testing.T) {
		system := &fakeAutostart{slow: make(chan struct{})}
		s := begin(t, system)
		test.Tap(box(s))
		close(system.slow)
		s.until("it starts Ferry", func() bool { on, _ := system.Enabled(); return on })
		s.until("it shows", func() bool { return box(s).Checked })
	})
	t.Run("a system that refuses is said, and believed", func(t *testing.T) {
		s := begin(t, &fakeAutostart{broken: errBroken})
		test.Tap(box(s))
		s.until("it is said", func() bool { return strings.Contains(s.said(), "login") })
		s.until("it shows", func() bool { return !box(s).Checked })
	})
}

func TestDataSection(t *testing.T) {
	t.Run("a copy goes into the folder that is chosen", func(t *testing.T) {
		var into string
		s := raise(t, newFakeEngine(), picking("/backups"), func(c *Config, _ *fakeDesktop) {
			c.Keeping.Backup = func(_ context.Context, folder string) (string, error) { into = folder; return folder + "/copy.db", nil }
		})
		s.backUp()
		s.until("it is said", func() bool { return strings.Contains(s.said(), "/backups/copy.db") })
		if into != "/backups" {
			t.Errorf("it went into %q", into)
		}
	})
	t.Run("a copy that fails is said", func(t *testing.T) {
		s := raise(t, newFakeEngine(), picking("/backups"), func(c *Config, _ *fakeDesktop) {
			c.Keeping.Backup = func(context.Context, string) (string, error) { return "", fault.New(fault.LocalDisk, fault.Save, nil) }
		})
		s.backUp()
		s.until("it is said", func() bool { return strings.Contains(s.said(), "disk") })
	})
	t.Run("diagnostics name no file, no server and no secret", func(t *testing.T) {
		snapshot := iceland()
		snapshot.Transfers[0].Fault = fault.New(fault.Refused, fault.Patch, errors.New("https://user:pw@secret.example.com/token said no to raws"))
		snapshot.Transfers[0].Phase = uploader.PhaseFailed
		s := raise(t, newFakeEngineAt(snapshot), func(c *Config, _ *fakeDesktop) { c.Version = "1.2.3" })
		s.config.Settings.Update(func(set *settings.Settings) { set.Transfers.Ignore = []string{"merger-plan*"} })
		s.copyDiagnostics()
		text := s.toolkit.Clipboard().Content()
		for _, want := range []string{"version: 1.2.3", "refused", `"simultaneous": 3`, "ignore patterns: 1"} {
			if !strings.Contains(text, want) {
				t.Errorf("it lacks %q:\n%s", want, text)
			}
		}
		private := []string{"pw@", "secret", "raws", "merger", "example.com", "http"}
		for _, transfer := range snapshot.Transfers {
			private = append(private, transfer.Source.Name())
		}
		for _, word := range private {
			if strings.Contains(text, word) {
				t.Errorf("it tells %q:\n%s", word, text)
			}
		}
	})
}
