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

func TestParagraphWrapsText(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"fits on one line":              {"Ready.", []string{"Ready."}},
		"line break":                    {"Ready.\nIt can: all.", []string{"Ready.", "It can: all."}},
		"empty line":                    {"Ready.\n\nDone.", []string{"Ready.", "", "Done."}},
		"trailing line break":           {"Ready.\n", []string{"Ready."}},
		"carriage return and line feed": {"Ready.\r\nDone.", []string{"Ready.", "Done."}},
		"line break after a word wider than the line": {
			strings.Repeat("W", 60) + "\nDone.", nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := dialog.NewParagraph(c.text)
			widgettest.Show(t, p, 300, 200)
			lines := linesOf(p)
			for _, line := range lines {
				if strings.ContainsAny(line, "\r\n") {
					t.Errorf("%q contains a line break", line)
				}
			}
			if diff := cmp.Diff(c.want, lines); c.want != nil && diff != "" {
				t.Error(diff)
			}
			if last := lines[len(lines)-1]; c.want == nil && last != "Done." {
				t.Errorf("last line %q", last)
			}
		})
	}
}

func TestParagraphWithTooManyLines(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	p := dialog.NewParagraph(strings.Repeat("line\n", 30))
	widgettest.Show(t, p, 300, 400)
	for _, line := range linesOf(p) {
		if strings.Contains(line, "\n") {
			t.Errorf("%q contains a line break", line)
		}
	}
}

// linesOf returns the visible lines of a paragraph.
func linesOf(p *dialog.Paragraph) (lines []string) {
	for _, o := range test.LaidOutObjects(p) {
		if text, ok := o.(*canvas.Text); ok && text.Visible() {
			lines = append(lines, text.Text)
		}
	}
	return lines
}
