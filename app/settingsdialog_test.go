package app

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets"
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
func (d *settingsDialog) row(t *testing.T, key string) *widgets.Setting {
	t.Helper()
	for _, object := range d.page.Objects() {
		if row, ok := object.(*widgets.Setting); ok && row.Name() == words.Say("settings."+key) {
			return row
		}
	}
	t.Fatalf("there is no field %q", key)
	return nil
}

func (s *stage) chosen() settings.Settings { return s.config.Settings.Get() }

func TestEverySettingHasAControlThatChangesItAtOnce(t *testing.T) {
	pickIn := func(label string) func(*testing.T, *widgets.Setting) {
		return func(t *testing.T, row *widgets.Setting) {
			control := row.Control().(*selection)
			if !slices.Contains(control.Options, label) {
				t.Fatalf("%q offers %q, not %q", row.Name(), control.Options, label)
			}
			control.SetSelected(label)
		}
	}
	flip := func(_ *testing.T, row *widgets.Setting) { test.Tap(row.Control().(*tick)) }
	typed := func(text string) func(*testing.T, *widgets.Setting) {
		return func(_ *testing.T, row *widgets.Setting) { row.Control().(*entry).SetText(text) }
	}
	for _, c := range []struct {
		section section
		key     string
		do      func(*testing.T, *widgets.Setting)
		changed func(settings.Settings) bool
	}{
		{sectionTransfers, "simultaneous", pickIn("8"), func(s settings.Settings) bool { return s.Transfers.Simultaneous == 8 }},
		{sectionTransfers, "connections", pickIn("2"), func(s settings.Settings) bool { return s.Transfers.Connections == 2 }},
		{sectionTransfers, "metered", pickIn("Wait for another network"), func(s settings.Settings) bool { return s.Transfers.Metered == "hold" }},
		{sectionTransfers, "fingerprint", pickIn("Samples of its content"), func(s settings.Settings) bool { return s.Transfers.Fingerprint == "content" }},
		{sectionTransfers, "proof", pickIn("All that was sent, always"), func(s settings.Settings) bool { return s.Transfers.Proof == "whole" }},
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
