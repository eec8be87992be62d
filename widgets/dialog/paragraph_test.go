package dialog_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/internal/widgettest"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestParagraphBreaksLines(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"a text that fits is one line":        {"Ready.", []string{"Ready."}},
		"a break in the text begins a line":   {"Ready.\nIt can: all.", []string{"Ready.", "It can: all."}},
		"an empty line stays one":             {"Ready.\n\nDone.", []string{"Ready.", "", "Done."}},
		"a break at the end begins none":      {"Ready.\n", []string{"Ready."}},
		"breaks of another system are breaks": {"Ready.\r\nDone.", []string{"Ready.", "Done."}},
		"a break ends also what is wider than a line": {
			strings.Repeat("W", 60) + "\nDone.", nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := dialog.NewParagraph(c.text)
			widgettest.Show(t, p, 300, 200)
			lines := linesOf(p)
			for _, line := range lines {
				if strings.ContainsAny(line, "\r\n") {
					t.Errorf("%q is drawn with a break in it", line)
				}
			}
			if diff := cmp.Diff(c.want, lines); c.want != nil && diff != "" {
				t.Error(diff)
			}
			if last := lines[len(lines)-1]; c.want == nil && last != "Done." {
				t.Errorf("the last line is %q", last)
			}
		})
	}
}

func TestParagraphOfManyLines(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	p := dialog.NewParagraph(strings.Repeat("line\n", 30))
	widgettest.Show(t, p, 300, 400)
	for _, line := range linesOf(p) {
		if strings.Contains(line, "\n") {
			t.Errorf("%q is drawn with a break in it", line)
		}
	}
}

// linesOf are the lines that a paragraph shows, from the top.
func linesOf(p *dialog.Paragraph) (lines []string) {
	for _, o := range test.LaidOutObjects(p) {
		if text, ok := o.(*canvas.Text); ok && text.Visible() {
			lines = append(lines, text.Text)
		}
	}
	return lines
}
