package draw_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/widgets/draw"
)

func TestWrapDoesNotBreakAtNoBreakSpace(t *testing.T) {
	test.NewTempApp(t)
	const text = "文件会复制到这台电脑的\u00a0Ferry\u00a0文件夹。要上传到别处，请在上方选择服务器。"
	for width := float32(120); width < 600; width += 10 {
		lines := draw.Wrap(text, width, 14, fyne.TextStyle{}, 8)
		if joined := strings.Join(lines, "|"); !strings.Contains(joined, "\u00a0Ferry\u00a0") {
			t.Errorf("width %g: %q", width, joined)
		}
	}
}

// TestWrapKeepsWhatIsJoinedTogether: word joiners are not drawn, and a part that is longer than
// a line is broken nevertheless.
func TestWrapKeepsWhatIsJoinedTogether(t *testing.T) {
	test.NewTempApp(t)
	const path = "~/下载/Ferry"
	joined := strings.Join(strings.Split(path, ""), "\u2060")
	for width := float32(20); width < 600; width += 10 {
		lines := draw.Wrap("文件会复制到这台电脑的 "+joined+"。要上传到别处，请在上方选择服务器。", width, 14, fyne.TextStyle{}, 100)
		all := strings.Join(lines, "|")
		if strings.Contains(all, "\u2060") {
			t.Errorf("width %g: %q has word joiners", width, lines)
		}
		fits := fyne.MeasureText(path+"。", 14, fyne.TextStyle{}).Width <= width
		if fits && !strings.Contains(all, path) {
			t.Errorf("width %g: %q", width, lines)
		}
		for _, line := range lines {
			if got := fyne.MeasureText(line, 14, fyne.TextStyle{}).Width; got > width && len([]rune(line)) > 1 {
				t.Errorf("width %g: %q is %g wide", width, line, got)
			}
		}
	}
}
