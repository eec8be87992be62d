package draw

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

func TestLoweringIsMeasuredOncePerScript(t *testing.T) {
	test.NewTempApp(t)
	clear(lowerings)
	for _, text := range []string{"scan.tiff", "Éire", "Отчёт", "報告.pdf", "报告", "レポート", "보고서", "，", "تقرير", "отчёт 报告"} {
		if got := lowering(text, 14, fyne.TextStyle{}, 15); got < 0 || got > 14 {
			t.Errorf("%q is lowered by %g", text, got)
		}
	}
	if len(lowerings) != 2 {
		t.Errorf("%d measures, want one of Chinese, Japanese and Korean, and one of Arabic: %v", len(lowerings), lowerings)
	}
}

// TestLetterEndsAtBaseline measures with the toolkit's own font, whose ascent is not exceeded.
func TestLetterEndsAtBaseline(t *testing.T) {
	test.NewTempApp(t)
	const size = 14
	_, baseline := fyne.CurrentApp().Driver().RenderedTextSize("H", size, fyne.TextStyle{}, nil)
	width := fyne.MeasureText("H", size, fyne.TextStyle{}).Width
	if got := float32(inkBottom("H", width, size, fyne.TextStyle{})+1) / precision; got < baseline-0.5 || got > baseline+0.5 {
		t.Errorf("the letter ends at %g, the baseline is %g", got, baseline)
	}
	if got := extraAscent('é', size, fyne.TextStyle{}); got != 0 {
		t.Errorf("é exceeds the ascent by %g", got)
	}
}

func BenchmarkExtraAscent(b *testing.B) {
	test.NewTempApp(b)
	for b.Loop() {
		extraAscent('报', 14, fyne.TextStyle{})
	}
}
