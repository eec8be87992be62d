package draw

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/widgets/theme"
)

func TestScriptOf(t *testing.T) {
	for text, want := range map[string]script{
		"Aaé 09._-()“”…→✓": scriptLatin, "Ωж": scriptLatin, "电影カな한，。": scriptCJK, "אבג": scriptHebrew, "سفر": scriptArabic, "हिน": scriptOther,
	} {
		for _, r := range text {
			if got := scriptOf(r); got != want && r != 'ि' { // a mark
				t.Errorf("%q has script %d, want %d", r, got, want)
			}
		}
	}
}

// TestTallScriptsAreDrawnOnTheBaseline: a label whose font leaves more room above is placed
// higher by that.
func TestTallScriptsAreDrawnOnTheBaseline(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(theme.New(theme.Light, 1))
	t.Cleanup(func() { clear(lowerings) })
	lowerings[lowering{scriptCJK, false}] = 0.1
	lowerings[lowering{scriptCJK, true}] = 0.2
	lowerings[lowering{scriptHebrew, false}] = 0.3
	const top = 50
	for text, c := range map[string]struct {
		bold bool
		want float32 // fraction of the size
	}{
		"film.mov":        {false, 0},
		"电影 film.mov":     {false, 0.1},
		"电影 film.mov ":    {true, 0.2},
		"电影 צילום 电影.mov": {false, 0.3},
	} {
		l := NewLabel(SizeText, theme.ColorText)
		l.Object.TextStyle.Bold = c.bold
		l.Set(text, theme.ColorText)
		l.Place(fyne.NewPos(0, top), 1000)
		if got, want := top-l.Object.Position().Y, c.want*l.Object.TextSize; got-want > 0.01 || want-got > 0.01 {
			t.Errorf("%q is %g higher, want %g", text, got, want)
		}
	}
}

// TestLoweringIsMeasured measures with a font of the toolkit that is another than that of
// Latin letters.
func TestLoweringIsMeasured(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(theme.New(theme.Light, 1))
	if got := measureLowering('x', fyne.TextStyle{}); got != 0 {
		t.Errorf("the same font lowers by %g", got)
	}
	alone := lastRow("H", fyne.TextStyle{}, 50)
	if alone < measuredSize/2 || alone > 2*measuredSize {
		t.Errorf("baseline is at row %d of a text of size %d", alone, measuredSize)
	}
	for _, style := range []fyne.TextStyle{{}, {Bold: true}} {
		if got := measureLowering('😀', style); got < 0 || got > 1 {
			t.Errorf("an emoji lowers by %g", got)
		}
	}
}

// TestFontOfTheThemeIsNotLower: the theme's font of Chinese characters has the toolkit's lines.
func TestFontOfTheThemeIsNotLower(t *testing.T) {
	look := theme.New(theme.Light, 1)
	settings := test.NewTempApp(t).Settings()
	t.Cleanup(func() { clear(lowerings) })
	lowerings[lowering{scriptCJK, true}] = 0.2
	for name, c := range map[string]struct {
		fonts theme.CJK
		want  float32
	}{"the toolkit's": {want: 0.2}, "the theme's": {fonts: theme.CJK{Bold: look.Font(fyne.TextStyle{Bold: true})}}} {
		t.Run(name, func(t *testing.T) {
			settings.SetTheme(look.WithCJK(c.fonts))
			if got := lowered("电影", 1, fyne.TextStyle{Bold: true}); got != c.want {
				t.Errorf("is %g lower, want %g", got, c.want)
			}
		})
	}
}
