package form

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/widgets/theme"
)

// showSelect shows a list of n options in a window of 480×360 and opens it.
func showSelect(t *testing.T, n int) (*Select, fyne.Window, *int) {
	t.Helper()
	apptest.App(t).Settings().SetTheme(theme.New(theme.Light, 1))
	window := test.NewTempWindow(t, nil)
	options := make([]string, n)
	for i := range options {
		options[i] = fmt.Sprintf("option %d", i)
	}
	chosen := -1
	s := NewSelect(Host{Close: func() {}, Reveal: func(fyne.CanvasObject) {}}, options, func(index int) { chosen = index })
	s.ShowIndex(1)
	window.SetContent(container.NewBorder(nil, s, nil, nil)) // at the lower border of the window
	window.Resize(fyne.NewSize(480, 360))
	window.Canvas().Focus(s)
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	return s, window, &chosen
}

func TestSelectMarksTheCurrentOption(t *testing.T) {
	s, _, _ := showSelect(t, 3)
	for i, item := range s.items() {
		if item.Checked != (i == 1) {
			t.Errorf("option %d is marked: %v", i, item.Checked)
		}
	}
}

func TestSelectListStaysInTheWindow(t *testing.T) {
	for _, n := range []int{3, 60} {
		s, window, _ := showSelect(t, n)
		size := window.Canvas().Size()
		top, bottom := s.list.Position().Y, s.list.Position().Y+s.list.Size().Height
		if top < 0 || bottom > size.Height {
			t.Errorf("%d options: list from %v to %v in a window of height %v", n, top, bottom, size.Height)
		}
	}
}

func TestSelectIsChosenWithKeys(t *testing.T) {
	s, window, chosen := showSelect(t, 3)
	for _, key := range []fyne.KeyName{fyne.KeyDown, fyne.KeyReturn} {
		window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: key})
	}
	if *chosen != 0 || s.Selected != "option 0" {
		t.Errorf("chose %d, %q", *chosen, s.Selected)
	}
}
