package form

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/widgets/theme"
)

// TestContentBelowTheTextIsNotCut: a dialog has the same margin on both sides.
func TestContentBelowTheTextIsNotCut(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(theme.New(theme.Light, 1))
	window := test.NewTempWindow(t, nil)
	window.Resize(fyne.NewSize(800, 600))
	content := widget.NewButton("Studio", nil)
	NewDialogs(window.Canvas(), func() {}).Ask(Question{Title: "title", Text: "text", More: content, Answers: []Answer{{Label: "last", Importance: widget.HighImportance}}})
	last := window.Canvas().Focused().(fyne.CanvasObject)
	driver := fyne.CurrentApp().Driver()
	right := driver.AbsolutePositionForObject(last).X + last.Size().Width
	left := window.Canvas().Size().Width - right
	if x := driver.AbsolutePositionForObject(content).X; x < left || x+content.Size().Width > right {
		t.Errorf("content from %g to %g, margins at %g and %g", x, x+content.Size().Width, left, right)
	}
}

// TestEnterGivesTheHighlightedAnswer: one that loses data is never the one for Enter.
func TestEnterGivesTheHighlightedAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		importance []widget.Importance
		want       int // index of the answer that Enter gives
	}{
		"highlighted": {[]widget.Importance{widget.MediumImportance, widget.MediumImportance, widget.HighImportance}, 2},
		"several":     {[]widget.Importance{widget.MediumImportance, widget.HighImportance, widget.HighImportance}, 1},
		"none":        {[]widget.Importance{widget.MediumImportance, widget.MediumImportance}, 0},
		"dangerous":   {[]widget.Importance{widget.MediumImportance, widget.DangerImportance}, 0},
		"both":        {[]widget.Importance{widget.MediumImportance, widget.HighImportance, widget.DangerImportance}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			apptest.App(t).Settings().SetTheme(theme.New(theme.Light, 1))
			window := test.NewTempWindow(t, nil)
			got := -1
			var answers []Answer
			for i, importance := range c.importance {
				answers = append(answers, Answer{Label: "answer", Importance: importance, Do: func() { got = i }})
			}
			NewDialogs(window.Canvas(), func() {}).Ask(Question{Title: "title", Text: "text", Answers: answers})
			window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
			if got != c.want {
				t.Errorf("Enter gave answer %d, want %d", got, c.want)
			}
		})
	}
}
