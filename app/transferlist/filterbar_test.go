package transferlist

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestSearchFieldIsButtonInNarrowWindow(t *testing.T) {
	apptest.LoadEnglish(t)
	apptest.App(t).Settings().SetTheme(theme.New(theme.Light, 1))
	w := test.NewTempWindow(t, nil)
	var bar *FilterBar
	bar = NewFilterBar(widgets.NewTooltips(), FilterActions{
		Choose: func(view.Filter) {}, Search: func(string) {}, FocusList: func() {},
		FocusSearch: func() { bar.Field.Show(); w.Canvas().Focus(bar.Field) },
	})
	w.SetContent(bar.Content)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(480, 360))
	outline := view.NewOutline()
	outline.Update(apptest.Folders())
	bar.Show(outline.Tabs(), true)
	if bar.Field.Visible() || !bar.tabs.Visible() || !bar.searchButton.Visible() {
		t.Error("button does not replace the field")
	}
	test.Tap(bar.searchButton)
	if !bar.Field.Visible() || bar.searchButton.Visible() {
		t.Error("button does not show the field")
	}
	if tabs := bar.tabs.Width(); tabs > bar.scroll.Size().Width || bar.Field.Position().X < tabs {
		t.Errorf("filters need width %g, have %g, field is at %g", tabs, bar.scroll.Size().Width, bar.Field.Position().X)
	}
}
