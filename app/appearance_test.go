package app

import (
	"image/color"
	"slices"
	"testing"

	"fyne.io/fyne/v2/lang"
	fynetheme "fyne.io/fyne/v2/theme"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/preferences"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestLanguageChangesAtOnce(t *testing.T) {
	s := startWindow(t, apptest.NewEngine())
	s.preferences.OpenSection(preferences.SectionAppearance)
	s.window.bar.Show(s.bridge.Snapshot(), s.window.destination.server(s.bridge.Snapshot()), view.Counts{})
	s.setting("language").Control().(*form.Select).SetSelected("简体中文")
	s.until("window is in Chinese", func() bool { return s.window.bar.Add.Text == "添加" })
	if !slices.ContainsFunc(inDialog[*form.DialogButton](s), func(b *form.DialogButton) bool { return b.Text == "关闭" }) {
		t.Error("settings dialog is not in Chinese")
	}
	if got := lang.L("Cancel"); got != "取消" {
		t.Errorf("toolkit translates Cancel as %q", got)
	}
	s.until("tray menu is in Chinese", func() bool { return slices.Contains(apptest.Labels(s.toolkit.menu), "打开 Ferry") })
	s.setting("language").Control().(*form.Select).SetSelected("English")
	s.until("window is in English", func() bool { return s.window.bar.Add.Text == "Add" })
}

func TestWindowKeepsStateOnRebuild(t *testing.T) {
	s := startWindow(t, apptest.NewEngineAt(apptest.Folders()), withResumeQuestion)
	s.window.setFilter(view.FilterAttention)
	s.until("question is open", func() bool { return s.prompt.interrupted != nil })
	s.window.list.Rows.Select(4)
	s.window.openTransfer(4)
	s.config.Settings.Update(func(set *settings.Settings) { set.Appearance.Scale = 1.5 })
	s.until("scale is applied", func() bool { return s.appearance.Scale == 1.5 })
	if got := s.window.list.Rows.Selected(); !slices.Equal(got, []int64{4}) {
		t.Errorf("selected %v, want [4]", got)
	}
	if d := s.window.details; d.Subject().Transfer() != 4 || !d.Content.Visible() {
		t.Errorf("details show %v, visible %t", d.Subject(), d.Content.Visible())
	}
	if got := theme.Grid(1); got != 6 {
		t.Errorf("grid step is %v, want 6", got)
	}
	if s.window.filter.Chosen != view.FilterAttention {
		t.Errorf("filter is %s", s.window.filter.Chosen)
	}
	if len(s.window.banner.Model().Buttons) == 0 {
		t.Error("question is not shown")
	}
}

func TestListKeepsScrollPositionOnRebuild(t *testing.T) {
	var transfers []*uploader.Transfer
	for id := range uploader.TransferID(500) {
		transfers = append(transfers, apptest.Transfer(id+1, apptest.Done))
	}
	s := startWindow(t, apptest.NewEngine(transfers...))
	s.window.list.Rows.SetScrollOffset(200.5)
	for _, change := range []func(*settings.Appearance){
		func(l *settings.Appearance) { l.Language = words.Chinese },
		func(l *settings.Appearance) { l.Scale = 1.5 },
		func(l *settings.Appearance) { l.Language = words.English },
	} {
		s.config.Settings.Update(func(set *settings.Settings) { change(&set.Appearance) })
		s.until("appearance is applied", func() bool { return s.appearance == s.config.Settings.Get().Appearance })
		if got := s.window.list.Rows.ScrollOffset(); got != 200.5 || !s.window.list.Rows.RowVisible(201) {
			t.Errorf("list is at row %v", got)
		}
	}
}

func TestThemeChangesAtOnce(t *testing.T) {
	s := startWindow(t, apptest.NewEngine())
	s.preferences.OpenSection(preferences.SectionAppearance)
	background := func() color.Color { return theme.Color(fynetheme.ColorNameBackground) }
	s.setting("theme").Control().(*form.Select).SetSelected("Dark")
	s.until("theme is dark", func() bool { return s.appearance.Theme == settings.ThemeDark })
	dark := background()
	s.setting("theme").Control().(*form.Select).SetSelected("Light")
	s.until("theme is light", func() bool { return s.appearance.Theme == settings.ThemeLight })
	if dark == background() {
		t.Error("background colour did not change")
	}
}
