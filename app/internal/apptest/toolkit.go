package apptest

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets"
)

// URIs converts paths to the URIs that the toolkit passes for dropped files.
func URIs(paths ...string) []fyne.URI {
	list := make([]fyne.URI, len(paths))
	for i, path := range paths {
		list[i] = storage.NewFileURI(path)
	}
	return list
}

// Pick calls the action of the item of a menu with that label.
func Pick(t *testing.T, menu *fyne.Menu, label string) {
	t.Helper()
	Item(t, menu, label).Action()
}

// Labels returns the labels of a menu's items.
func Labels(menu *fyne.Menu) []string {
	var all []string
	for _, item := range menu.Items {
		if !item.IsSeparator {
			all = append(all, item.Label)
		}
	}
	return all
}

// Item returns the item of a menu with that label.
func Item(t *testing.T, menu *fyne.Menu, label string) *fyne.MenuItem {
	t.Helper()
	for _, item := range menu.Items {
		if item.Label == label {
			return item
		}
	}
	t.Fatalf("menu has no item %q", label)
	return nil
}

// Texts returns all texts that an object shows.
func Texts(object fyne.CanvasObject) []string {
	var all []string
	for _, o := range test.LaidOutObjects(object) {
		switch o := o.(type) {
		case *canvas.Text:
			all = append(all, o.Text)
		case *widget.Button:
			all = append(all, o.Text)
		case *widgets.Button:
			all = append(all, o.Text)
		}
	}
	return all
}
