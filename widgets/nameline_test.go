package widgets_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// TestNameLineKeepsBothEnds: a name that is too long has its extension, and the line is as high as a
// label.
func TestNameLineKeepsBothEnds(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(theme.New(theme.Light, 1))
	const name = "2026-08-14 Annual general meeting of the society, complete recording.mov"
	line := widgets.NewNameLine()
	line.SetText(name)
	label := widget.NewLabelWithStyle(name, fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
	if got, want := line.MinSize().Height, label.MinSize().Height; got != want {
		t.Errorf("height is %g, want %g", got, want)
	}
	window := test.NewTempWindow(t, line)
	for width, whole := range map[float32]bool{200: false, 2000: true} {
		window.Resize(fyne.NewSize(width, 60))
		text := test.WidgetRenderer(line).Objects()[0].(*canvas.Text)
		if right := text.Position().X + text.MinSize().Width; right > line.Size().Width {
			t.Errorf("%g wide: text ends at %g", line.Size().Width, right)
		}
		if got := text.Text; (got == name) != whole || !strings.HasPrefix(got, "2026-08") || !strings.HasSuffix(got, "g.mov") {
			t.Errorf("%g wide: got %q", width, got)
		}
	}
	if line.Text() != name {
		t.Errorf("the name is %q", line.Text())
	}
}
