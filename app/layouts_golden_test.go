package app

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/settings"
)

// TestDialogLayouts compares the layout of every dialog and menu: in the smallest window, the
// usual one and a large one, in light and dark, and at twice the size. A layout has the
// place, size, text and colour of everything that is drawn; pictures of some dialogs have
// their own test. What shows texts
// of other files, such as licences, is not compared.
func TestDialogLayouts(t *testing.T) {
	fromFiles := []string{"log", "changes", "about", "licences"}
	for _, look := range []struct {
		name  string
		mode  settings.Theme
		scale float64
		size  fyne.Size
	}{
		{"narrow-dark", settings.ThemeDark, 1, minSize},
		{"usual-light", settings.ThemeLight, 1, startSize},
		{"large-dark", settings.ThemeDark, 1, fyne.NewSize(1920, 1080)},
		{"double-light", settings.ThemeLight, 2, fyne.NewSize(1920, 1080)},
	} {
		t.Run(look.name, func(t *testing.T) {
			s := startWindow(t, apptest.NewEngine(apptest.EveryState(time.Now())...), withOldUsage, func(c *Config, _ *fakeDesktop) { c.ReceivedDir = "/home/ada/Received" })
			s.config.Settings.Update(func(set *settings.Settings) { set.Appearance.Theme, set.Appearance.Scale = look.mode, look.scale })
			s.until("appearance is applied", func() bool { return s.appearance == s.config.Settings.Get().Appearance })
			s.window.window.Resize(look.size)
			compared := 0
			for _, state := range windowStates {
				s.enterState(state.show)
				if dialog := s.overlay(); dialog != nil && !slices.Contains(fromFiles, state.name) {
					compared++
					test.AssertObjectRendersToMarkup(t, "dialogs/"+look.name+"/"+strings.ReplaceAll(state.name, " ", "-")+".xml", dialog)
				}
			}
			if compared < 20 {
				t.Errorf("only %d dialogs", compared)
			}
		})
	}
}
