package apptest

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// RemoveRenderers removes the renderers of objects and of everything in them, as the toolkit
// does after a minute in which it counts them as unused.
func RemoveRenderers(t *testing.T, objects ...fyne.CanvasObject) {
	t.Helper()
	t.Run("remove renderers", func(t *testing.T) {
		for _, object := range objects {
			removeRenderers(t, object)
		}
	})
}

// removeRenderers removes the renderers when the test ends.
func removeRenderers(t *testing.T, object fyne.CanvasObject) {
	t.Helper()
	var children []fyne.CanvasObject
	switch o := object.(type) {
	case fyne.Widget:
		children = test.TempWidgetRenderer(t, o).Objects()
	case *fyne.Container:
		children = o.Objects
	}
	for _, child := range children {
		removeRenderers(t, child)
	}
}
