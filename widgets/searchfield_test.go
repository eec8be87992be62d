package widgets_test

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/internal/widgettest"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestSearchField(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	tooltips := widgets.NewTooltips()
	var texts []string
	left := 0
	var focus []bool
	field := widgets.NewSearchField("Search", tooltips, "Clear", func(text string) { texts = append(texts, text) })
	field.OnLeave = func() { left++ }
	field.OnFocus = func(focused bool) { focus = append(focus, focused) }
	window := widgettest.Show(t, field, 300, 40)
	window.Canvas().Focus(field)
	test.Type(field, "ab") // focuses the field a second time

	field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyBackspace})
	field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	if !field.ActionItem.Visible() || left != 1 {
		t.Errorf("OnLeave called %d times, clear button visible %t", left, field.ActionItem.Visible())
	}
	field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	window.Canvas().Unfocus()
	if diff := cmp.Diff([]string{"a", "ab", "a", ""}, texts); diff != "" {
		t.Error(diff)
	}
	if left != 2 || field.ActionItem.Visible() {
		t.Errorf("OnLeave called %d times, clear button of an empty field visible %t", left, field.ActionItem.Visible())
	}
	escaped := 0
	field.OnEscape = func() { escaped++ }
	field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if escaped != 1 || left != 2 {
		t.Errorf("Escape in the empty field: OnEscape called %d times, OnLeave %d times", escaped, left)
	}
	if diff := cmp.Diff([]bool{true, false}, slices.Compact(focus)); diff != "" {
		t.Error(diff)
	}
}
