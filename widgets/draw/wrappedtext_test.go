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
