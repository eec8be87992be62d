package app

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader/fault"
)

// TestTabGoesThroughTheWindow presses Tab until the focus is where it began: it has been at every
// control, first at those above and below the list, then at the list and the details.
func TestTabGoesThroughTheWindow(t *testing.T) {
	s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending), apptest.Transfer(2, apptest.Failed(fault.Refused)), apptest.Transfer(3, apptest.Done)))
	s.window.openTransfer(2)
	s.window.banner.ShowNotice("The log could not be written.")
	next := *s.engine.Snapshot()
	s.publish(&next)
	canvas := s.window.window.Canvas()
	reached := map[fyne.Focusable]bool{}
	parts := []fyne.CanvasObject{s.window.bar.Content, s.window.banner.Content, s.window.filter.Content, s.window.footer.Content, s.window.list.Rows, s.window.details.Content}
	part := 0
	canvas.Focus(s.window.bar.Destination)
	for {
		focused := canvas.Focused()
		if focused == nil || reached[focused] {
			break
		}
		canvas.FocusNext()
		reached[focused] = true
		for part < len(parts) && !contains(parts[part], focused) {
			part++
		}
		if part == len(parts) {
			t.Fatalf("%s is out of order", describe(focused))
		}
	}
	for _, control := range visibleControls(t, canvas.Content()) {
		if focusable, ok := control.(fyne.Focusable); (!ok || !reached[focusable]) && !contains(s.window.list.Rows, control) {
			t.Errorf("%s is not reached", describe(control))
		}
	}
}

// TestEveryControlHasALabelForScreenReaders: that of a button without text is not the name of its
// icon.
func TestEveryControlHasALabelForScreenReaders(t *testing.T) {
	s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending), apptest.Transfer(2, apptest.Failed(fault.Refused)), apptest.Transfer(3, apptest.Done)))
	s.window.openTransfer(2)
	s.window.banner.ShowNotice("The log could not be written.")
	next := *s.engine.Snapshot()
	s.publish(&next)
	for _, control := range visibleControls(t, s.window.window.Canvas().Content()) {
		accessible, ok := control.(fyne.Accessible)
		if !ok || accessible.AccessibilityLabel() == "" || strings.HasSuffix(accessible.AccessibilityLabel(), ".svg") {
			t.Errorf("%s has no label", describe(control))
		}
	}
}

// visibleControls returns what can be tapped, except scroll bars.
func visibleControls(t *testing.T, object fyne.CanvasObject) (controls []fyne.Tappable) {
	if !object.Visible() {
		return nil
	}
	disabled, _ := object.(fyne.Disableable)
	control, ok := object.(fyne.Tappable)
	if ok && (disabled == nil || !disabled.Disabled()) && fmt.Sprintf("%T", control) != "*widget.scrollBarArea" {
		controls = append(controls, control)
	}
	var children []fyne.CanvasObject
	switch o := object.(type) {
	case *fyne.Container:
		children = o.Objects
	case fyne.Widget:
		children = test.TempWidgetRenderer(t, o).Objects()
	}
	for _, child := range children {
		controls = append(controls, visibleControls(t, child)...)
	}
	return controls
}

// contains reports whether an object is in another one, or is it.
func contains(part fyne.CanvasObject, object any) bool {
	for _, o := range test.LaidOutObjects(part) {
		if any(o) == object {
			return true
		}
	}
	return false
}

func describe(object any) string {
	return fmt.Sprintf("%T %v", object, object.(fyne.CanvasObject).Position())
}
