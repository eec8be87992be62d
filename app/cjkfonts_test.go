package app

import (
	"testing"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// TestFontsOfChineseCharacters: names in Chinese have bold characters in a window in any language,
// and texts in Chinese have regular and bold ones of one family, also after a change of the language.
func TestFontsOfChineseCharacters(t *testing.T) {
	t.Cleanup(func() { draw.OnCJK(nil) })
	searched := make(chan bool, 10)
	s := startWindow(t, apptest.NewEngine(), func(_ *Config, d *fakeDesktop) {
		d.findFonts = func(chinese bool, toolkit func(fyne.TextStyle) fyne.Resource) (theme.CJK, error) {
			searched <- chinese
			found := theme.CJK{Bold: toolkit(fyne.TextStyle{Bold: true})}
			if chinese {
				found.Regular = toolkit(fyne.TextStyle{})
			}
			return found, nil
		}
	})
	has := func() [2]bool {
		return [2]bool{theme.HasCJK(fyne.TextStyle{}), theme.HasCJK(fyne.TextStyle{Bold: true})}
	}
	if len(searched) > 0 || has() != [2]bool{} {
		t.Fatal("fonts are searched for a window without such characters")
	}
	draw.EllipsisEnd("电影.mov", 100, theme.Size(fynetheme.SizeNameText), fyne.TextStyle{})
	s.until("bold characters have a font", func() bool { return has() == [2]bool{false, true} })
	s.config.Settings.Update(func(set *settings.Settings) { set.Appearance.Language = words.Chinese })
	s.until("all characters have a font", func() bool { return has() == [2]bool{true, true} })
	s.config.Settings.Update(func(set *settings.Settings) { set.Appearance.Language = words.English })
	s.until("regular characters have the toolkit's", func() bool { return has() == [2]bool{false, true} })
	s.config.Settings.Update(func(set *settings.Settings) { set.Appearance.Theme = settings.ThemeDark })
	s.until("the theme is dark", func() bool { return s.appearance.Theme == settings.ThemeDark })
	if has() != [2]bool{false, true} {
		t.Error("the dark theme has no font")
	}
	close(searched)
	var got []bool
	for chinese := range searched {
		got = append(got, chinese)
	}
	if len(got) != 3 || got[0] || !got[1] || got[2] {
		t.Errorf("searched for Chinese: %v", got)
	}
}
