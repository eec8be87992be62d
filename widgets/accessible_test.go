package widgets_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/internal/widgettest"
	"github.com/ferryapp/ferry/widgets/theme"
)

// TestScreenReadersReadWhatIsShown compares what each widget tells screen readers.
func TestScreenReadersReadWhatIsShown(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	small := widgets.NewSmallButton(theme.IconSpeed, nil, nil)
	small.Set("No limit", theme.Muted)
	floating := widgets.NewFloatingButton(nil)
	floating.SetText("3 new ↓")
	row := widgets.NewRow()
	row.SetModel(widgets.RowModel{Name: "film.mov", Status: "Uploading", Percent: "36 %", Size: "1.9 of 6.4 GB", ETA: "about 4 min"})
	toasts := widgets.NewToasts()
	toasts.Notify("Link copied")
	t.Cleanup(toasts.Dismiss)
	for _, c := range []struct {
		object fyne.Accessible
		label  string
		role   fyne.AccessibleRole
	}{
		{widgets.NewIconButton(theme.IconRemove, widgets.NewTooltips(), "Remove finished", nil), "Remove finished", fyne.AccessibleRoleButton},
		{widgets.NewButton("Add", nil, nil), "Add", fyne.AccessibleRoleButton},
		{small, "No limit", fyne.AccessibleRoleButton},
		{floating, "3 new ↓", fyne.AccessibleRoleButton},
		{row, "film.mov, Uploading, 36 %, 1.9 of 6.4 GB, about 4 min", fyne.AccessibleRoleText},
		{widgets.NewBanner(widgets.BannerModel{Text: "The disk is full."}), "The disk is full.", fyne.AccessibleRoleText},
		{widgets.NewEmptyState(widgets.EmptyModel{Title: "Drop files", Hint: "They are uploaded."}, nil), "Drop files, They are uploaded.", fyne.AccessibleRoleText},
		{toasts, "Link copied", fyne.AccessibleRoleText},
	} {
		if label, role := c.object.AccessibilityLabel(), c.object.AccessibilityRole(); label != c.label || role != c.role {
			t.Errorf("%T is read as %s %q, want %s %q", c.object, role, label, c.role, c.label)
		}
	}
}

// TestEveryButtonHasALabelForScreenReaders: also those in other widgets, and those without text.
func TestEveryButtonHasALabelForScreenReaders(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	row, _ := newRow(t, uploading(), 960)
	tabs := widgets.NewTabs(func(string) {})
	tabs.Set([]widgets.Tab{{ID: "all", Label: "All", Count: "214"}}, "all")
	banner := widgets.NewBanner(widgets.BannerModel{Text: "The disk is full.", OnDismiss: func() {}, DismissLabel: "Close message", Buttons: []widgets.BannerButton{{Label: "Retry"}}})
	widgettest.Show(t, banner, 960, 48)
	for _, object := range []fyne.CanvasObject{row, tabs, banner} {
		for _, o := range test.LaidOutObjects(object) {
			if _, ok := o.(fyne.Tappable); !ok || !o.Visible() {
				continue
			}
			if accessible, ok := o.(fyne.Accessible); !ok || accessible.AccessibilityLabel() == "" || strings.HasSuffix(accessible.AccessibilityLabel(), ".svg") {
				t.Errorf("%T has no label", o)
			}
		}
	}
}
