package widgets_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/internal/widgettest"
	"github.com/ferryapp/ferry/widgets/theme"
)

func twoTabs(count string) []widgets.Tab {
	return []widgets.Tab{{ID: "all", Label: "All", Count: count}, {ID: "done", Label: "Done", Count: "0"}}
}

// tabsOf returns the tabs from left to right.
func tabsOf(tabs *widgets.Tabs) []fyne.CanvasObject {
	var all []fyne.CanvasObject
	for _, object := range test.LaidOutObjects(tabs) {
		if _, ok := object.(desktop.Hoverable); ok {
			all = append(all, object)
		}
	}
	return all
}

func TestTabsDoNotMoveWithTheirCounts(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	tabs := widgets.NewTabs(func(string) {})
	widgettest.Show(t, tabs, 640, 40)
	tabs.Set(twoTabs("1"), "all")
	narrow := tabs.Width()
	tabs.Set(twoTabs("999"), "all")
	if got := tabs.Width(); got != narrow {
		t.Errorf("width %g with three digits, %g with one", got, narrow)
	}
	first := tabsOf(tabs)[0].(desktop.Hoverable)
	first.MouseIn(&desktop.MouseEvent{})
	tabs.Set(twoTabs("12,345"), "all")
	if got := tabs.Width(); got != narrow {
		t.Errorf("width %g while the pointer is over a tab, %g before", got, narrow)
	}
	first.MouseOut()
	tabs.Set(twoTabs("12,345"), "all")
	wide := tabs.Width()
	if wide <= narrow {
		t.Errorf("width %g with five digits, %g with three", wide, narrow)
	}
	tabs.Set(twoTabs("2"), "all")
	if got := tabs.Width(); got != wide {
		t.Errorf("width %g with one digit again, %g before", got, wide)
	}
}

func TestTabsAreChosenByKey(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	var chosen []string
	tabs := widgets.NewTabs(func(id string) { chosen = append(chosen, id) })
	window := widgettest.Show(t, tabs, 640, 40)
	tabs.Set(twoTabs("1"), "all")
	window.Canvas().FocusNext()
	window.Canvas().FocusNext()
	focused := window.Canvas().Focused()
	if focused == nil || focused != tabsOf(tabs)[1].(fyne.Focusable) {
		t.Fatalf("focused: %T", focused)
	}
	focused.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	focused.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if len(chosen) != 2 || chosen[0] != "done" || chosen[1] != "done" {
		t.Errorf("chosen %q", chosen)
	}
}
