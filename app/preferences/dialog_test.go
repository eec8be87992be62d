package preferences

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// startAt opens the settings dialog at a section.
func startAt(t *testing.T, section Section) (*testDialog, *settingsDialog) {
	t.Helper()
	s := start(t)
	s.Open()
	test.Tap(s.dialog.nav[section])
	return s, s.dialog
}

// row returns the field with that key.
func (d *settingsDialog) row(t *testing.T, key string) *dialog.Setting {
	t.Helper()
	for _, object := range d.page.Objects() {
		if row, ok := object.(*dialog.Setting); ok && row.Name() == words.Text("settings."+key) {
			return row
		}
	}
	t.Fatalf("no field %q", key)
	return nil
}

func (s *testDialog) current() settings.Settings { return s.config.Settings.Get() }

func TestEverySettingHasControl(t *testing.T) {
	choose := func(label string) func(*testing.T, *dialog.Setting) {
		return func(t *testing.T, row *dialog.Setting) {
			control := row.Control().(*form.Select)
			if !slices.Contains(control.Options, label) {
				t.Fatalf("%q has options %q, want %q", row.Name(), control.Options, label)
			}
			control.SetSelected(label)
		}
	}
	toggle := func(_ *testing.T, row *dialog.Setting) { test.Tap(row.Control().(*form.Checkbox)) }
	enter := func(text string) func(*testing.T, *dialog.Setting) {
		return func(_ *testing.T, row *dialog.Setting) { row.Control().(*form.Entry).SetText(text) }
	}
	for _, c := range []struct {
		section Section
		key     string
		do      func(*testing.T, *dialog.Setting)
		changed func(settings.Settings) bool
	}{
		{SectionTransfers, "simultaneous", choose("8"), func(s settings.Settings) bool { return s.Transfers.MaxFiles == 8 }},
		{SectionTransfers, "connections", choose("2"), func(s settings.Settings) bool { return s.Transfers.Connections == 2 }},
		{SectionTransfers, "metered", choose("Wait for another network"), func(s settings.Settings) bool { return s.Transfers.Metered == "hold" }},
		{SectionTransfers, "fingerprint", choose("Content samples"), func(s settings.Settings) bool { return s.Transfers.Fingerprint == "content" }},
		{SectionTransfers, "proof", choose("All files"), func(s settings.Settings) bool { return s.Transfers.ResumeCheck == "whole" }},
		{SectionTransfers, "sha256", toggle, func(s settings.Settings) bool { return s.Transfers.SHA256 }},
		{SectionTransfers, "sum", toggle, func(s settings.Settings) bool { return s.Transfers.SendSHA256 }},
		{SectionTransfers, "ignore", enter("*.tmp\n\n cache "), func(s settings.Settings) bool { return strings.Join(s.Transfers.Ignore, "|") == "*.tmp|cache" }},
		{SectionTransfers, "hidden", toggle, func(s settings.Settings) bool { return !s.Transfers.IncludeHidden }},
		{SectionTransfers, "links", toggle, func(s settings.Settings) bool { return s.Transfers.FollowLinks }},
		{SectionTransfers, "settle", choose("30 s"), func(s settings.Settings) bool { return s.Transfers.SettleTime.Seconds() == 30 }},
		{SectionTransfers, "most", choose("100 uploads"), func(s settings.Settings) bool { return s.Transfers.History.MaxCount == 100 }},
		{SectionTransfers, "age", choose("7 days"), func(s settings.Settings) bool { return s.Transfers.History.MaxAge == 7*day }},
		{SectionNotifications, "finished", toggle, func(s settings.Settings) bool { return !s.Notifications.Finished }},
		{SectionNotifications, "needs-you", toggle, func(s settings.Settings) bool { return !s.Notifications.NeedsAttention }},
		{SectionNotifications, "interrupted", toggle, func(s settings.Settings) bool { return !s.Notifications.Interrupted }},
		{SectionStart, "on-start", choose("Ask first"), func(s settings.Settings) bool { return s.Start.OnStart == settings.OnStartAsk }},
		{SectionStart, "at-login", toggle, func(s settings.Settings) bool { return s.Start.AtLogin }},
		{SectionStart, "close-to-tray", toggle, func(s settings.Settings) bool { return !s.Start.CloseToTray }},
		{SectionStart, "ask-before-quit", toggle, func(s settings.Settings) bool { return !s.Start.ConfirmQuit }},
		{SectionAppearance, "language", choose("简体中文"), func(s settings.Settings) bool { return s.Appearance.Language == words.Chinese }},
		{SectionAppearance, "theme", choose("Dark"), func(s settings.Settings) bool { return s.Appearance.Theme == settings.ThemeDark }},
		{SectionAppearance, "scale", choose("150 %"), func(s settings.Settings) bool { return s.Appearance.Scale == 1.5 }},
		{SectionAppearance, "density", choose("Compact"), func(s settings.Settings) bool { return s.Appearance.Density == settings.DensityCompact }},
		{SectionPower, "when-done", choose("Shut down"), func(s settings.Settings) bool { return s.WhenDone.Action == settings.DoneShutDown }},
		{SectionPower, "keep-awake", choose("Also on battery"), func(s settings.Settings) bool { return s.Power.KeepAwake == settings.KeepAwakeAlways }},
	} {
		t.Run(c.key, func(t *testing.T) {
			if c.key == "metered" && !platform.KnowsMetered {
				t.Skip("this system does not tell whether the network is metered")
			}
			s, d := startAt(t, c.section)
			if c.changed(s.current()) {
				t.Fatal("setting has the value before the change")
			}
			c.do(t, d.row(t, c.key))
			if !c.changed(s.current()) {
				t.Errorf("setting not changed: %+v", s.current())
			}
		})
	}
}

func TestEverySectionFitsInEveryLanguageAndSize(t *testing.T) {
	for _, language := range words.Languages() {
		for _, scale := range []float64{1, 2} {
			t.Run(string(language)+" "+words.Percent(scale), func(t *testing.T) {
				s, _ := startAt(t, SectionTransfers)
				s.window.Resize(fyne.NewSize(480, 360))
				s.config.Settings.Update(func(set *settings.Settings) {
					set.Appearance.Language, set.Appearance.Scale = language, scale
					set.Transfers.Schedule = uploader.Schedule{defaultSpan}
				})
				if err := words.Load(string(language)); err != nil {
					t.Fatal(err)
				}
				apptest.ApplyTheme(t, theme.System, float32(scale))
				s.Reopen()
				for section := range NumSections {
					s.dialog.choose(section)
					for _, text := range apptest.Texts(s.window.Canvas().Overlays().Top()) {
						if strings.HasPrefix(text, "settings.") || strings.Contains(text, "<no value>") {
							t.Errorf("%s: %q", section, text)
						}
					}
					for _, object := range s.dialog.page.Objects() {
						if row, ok := object.(*dialog.Setting); ok {
							checkFits(t, row)
						}
					}
					if section != SectionTransfers {
						continue
					}
					schedule := s.dialog.form.scheduleControl
					for _, span := range schedule.spanControls {
						for _, control := range slices.Concat(span.lines...) {
							if end := control.Position().X + control.Size().Width; end > schedule.content.Size().Width+1 {
								t.Errorf("control of the schedule ends at %g of %g", end, schedule.content.Size().Width)
							}
						}
					}
				}
			})
		}
	}
}

// checkFits checks that the control of a field does not extend beyond the field.
func checkFits(t *testing.T, row *dialog.Setting) {
	t.Helper()
	control := row.Control()
	end := control.Position().Add(control.Size())
	if size := row.Size(); control.Position().X < 0 || end.X > size.Width+1 || end.Y > size.Height+1 {
		t.Errorf("%q: control ends at %v, field has size %v", row.Name(), end, size)
	}
}

// TestSectionsAreAListInNarrowWindow chooses sections with the list that is there instead of
// buttons.
func TestSectionsAreAListInNarrowWindow(t *testing.T) {
	s := start(t)
	s.window.Resize(fyne.NewSize(480, 360))
	s.Open()
	d := s.dialog
	if d.list.Visible() || !d.names.Visible() {
		t.Fatal("the sections are buttons")
	}
	if s.window.Canvas().Focused() != d.names {
		t.Errorf("focus is at %T, want the list of sections", s.window.Canvas().Focused())
	}
	if len(d.names.Options) != int(NumSections) || d.names.SelectedIndex() != int(SectionTransfers) {
		t.Errorf("list has %q, of which %d is chosen", d.names.Options, d.names.SelectedIndex())
	}
	d.names.SetSelectedIndex(int(SectionAbout))
	if d.chosen != SectionAbout {
		t.Errorf("section is %s", d.chosen)
	}
	s.window.Resize(fyne.NewSize(960, 640))
	s.Reopen()
	d = s.dialog
	if !d.list.Visible() || d.names.Visible() {
		t.Error("the sections are no buttons in a wide window")
	}
	d.step(-1)
	if d.names.SelectedIndex() != int(SectionStatistics) {
		t.Errorf("list shows section %d", d.names.SelectedIndex())
	}
}

func TestSpeedLimit(t *testing.T) {
	s, d := startAt(t, SectionTransfers)
	row := d.row(t, "limit")
	var number *form.Entry
	var unit *form.Select
	for _, o := range test.LaidOutObjects(row) {
		switch o := o.(type) {
		case *form.Entry:
			number = o
		case *form.Select:
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
		number.SetText(c.text)
		if got := s.current().Transfers.Limit; got != c.want && !c.problem {
			t.Errorf("%q %s: got %d, want %d", c.text, c.unit, got, c.want)
		}
		if got := row.Problem() != ""; got != c.problem {
			t.Errorf("%q %s: got problem %q", c.text, c.unit, row.Problem())
		}
	}
	s.config.Settings.Update(func(set *settings.Settings) { set.Transfers.Limit = 1_500_000 })
	s.until("the changed limit is shown", func() bool { return number.Text == "1.5" && unit.Selected == "MB/s" })
}

func TestSchedule(t *testing.T) {
	s, d := startAt(t, SectionTransfers)
	control := func() *scheduleControl { return d.form.scheduleControl }
	test.Tap(control().add)
	if diff := cmp.Diff(uploader.Schedule{defaultSpan}, s.current().Transfers.Schedule); diff != "" {
		t.Error(diff)
	}
	span := control().spanControls[0]
	span.days.SetSelected("Weekend")
	span.from.SetSelected("22:30")
	span.until.SetSelected("06:00")
	span.kind.SetSelected("No uploads")
	want := uploader.Span{Days: weekend, From: 22*time.Hour + 30*time.Minute, Until: 6 * time.Hour, Limit: uploader.SendNothing}
	if diff := cmp.Diff(uploader.Schedule{want}, s.current().Transfers.Schedule); diff != "" {
		t.Error(diff)
	}
	span.kind.SetSelected("Limit to")
	span.rate.Number.SetText("4")
	want.Limit = 4_000_000
	if diff := cmp.Diff(uploader.Schedule{want}, s.current().Transfers.Schedule); diff != "" {
		t.Error(diff)
	}
	test.Tap(control().add)
	test.Tap(control().spanControls[0].remove)
	if diff := cmp.Diff(uploader.Schedule{defaultSpan}, s.current().Transfers.Schedule); diff != "" {
		t.Error(diff)
	}
	custom := uploader.Schedule{{Days: [7]bool{2: true, 4: true}, From: 7 * time.Minute, Until: 24 * time.Hour, Limit: 0}}
	s.config.Settings.Update(func(set *settings.Settings) { set.Transfers.Schedule = custom })
	s.until("the changed schedule is shown", func() bool {
		span := control().spanControls[0]
		return span.days.Selected == "Tuesday, Thursday" && span.from.Selected == "00:07" && span.until.Selected == "00:00" && span.kind.Selected == "No limit"
	})
}

func TestInvalidIgnorePatternIsNotSaved(t *testing.T) {
	s, d := startAt(t, SectionTransfers)
	row := d.row(t, "ignore")
	before := s.current().Transfers.Ignore
	row.Control().(*form.Entry).SetText("*.tmp\n[a")
	if !strings.Contains(row.Problem(), "[a") {
		t.Errorf("got problem %q", row.Problem())
	}
	if diff := cmp.Diff(before, s.current().Transfers.Ignore); diff != "" {
		t.Error(diff)
	}
}

func TestResetSectionKeepsOtherSections(t *testing.T) {
	s, d := startAt(t, SectionNotifications)
	s.config.Settings.Update(func(set *settings.Settings) {
		set.Notifications.Finished, set.Start.ConfirmQuit = false, false
	})
	test.Tap(d.reset)
	if got := s.current(); !got.Notifications.Finished || got.Start.ConfirmQuit {
		t.Errorf("got %+v", got)
	}
	if !d.row(t, "finished").Control().(*form.Checkbox).Checked {
		t.Error("the checkbox is not updated")
	}
}

func TestSettingsAreReachableByKeyboard(t *testing.T) {
	s := start(t)
	s.Open()
	canvas := s.window.Canvas()
	reached := map[fyne.Focusable]bool{}
	for range 200 {
		reached[canvas.Focused()] = true
		canvas.FocusNext()
	}
	for _, row := range s.dialog.form.rows {
		for _, o := range test.LaidOutObjects(row) {
			switch o.(type) {
			case *form.Checkbox, *form.Select, *form.Entry, *form.Button:
				if !reached[o.(fyne.Focusable)] {
					t.Errorf("%T is not reachable", o)
				}
			}
		}
	}
	for steps := range len(reached) {
		s.Open()
		for range steps {
			canvas.FocusNext()
		}
		control := canvas.Focused()
		control.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
		if s.dialog != nil {
			t.Errorf("Escape in %T does not close the dialog", control)
		}
	}
}
