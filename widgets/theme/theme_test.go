package theme_test

import (
	"fmt"
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"

	"github.com/ferryapp/ferry/widgets/theme"
)

var variants = map[string]fyne.ThemeVariant{"light": fynetheme.VariantLight, "dark": fynetheme.VariantDark}

func TestTextCanBeReadOnWhateverItStandsOn(t *testing.T) {
	const enough = 4.5 // WCAG 2.1, success criterion 1.4.3
	text := []struct{ ink, ground fyne.ThemeColorName }{
		{theme.ColorText, fynetheme.ColorNameBackground},
		{theme.ColorText, theme.ColorSurface},
		{theme.ColorText, fynetheme.ColorNameSelection},
		{theme.ColorText, fynetheme.ColorNameButton},
		{theme.ColorText, fynetheme.ColorNameMenuBackground},
		{theme.ColorMuted, fynetheme.ColorNameBackground},
		{theme.ColorMuted, theme.ColorSurface},
		{theme.ColorMuted, theme.ColorAccentSoft}, // the number on the tab that is chosen
		{theme.ColorText, theme.ColorTile},
		{theme.ColorMuted, fynetheme.ColorNameSelection},
		{fynetheme.ColorNamePlaceHolder, fynetheme.ColorNameInputBackground},
		{fynetheme.ColorNameHyperlink, fynetheme.ColorNameBackground},
		{fynetheme.ColorNameForegroundOnPrimary, theme.ColorAccent},
		{fynetheme.ColorNameForegroundOnSuccess, theme.ColorSuccess},
		{fynetheme.ColorNameForegroundOnWarning, theme.ColorWarning},
		{fynetheme.ColorNameForegroundOnError, theme.ColorError},
		{theme.ColorOnToast, theme.ColorToast},
		{theme.ColorToastAction, theme.ColorToast},
	}
	for _, tone := range []theme.Tone{theme.Muted, theme.Active, theme.Success, theme.Warning, theme.Error} {
		for _, ground := range []fyne.ThemeColorName{theme.ColorSurface, fynetheme.ColorNameSelection, tone.Soft()} {
			text = append(text, struct{ ink, ground fyne.ThemeColorName }{tone.Color(), ground})
		}
		text = append(text, struct{ ink, ground fyne.ThemeColorName }{theme.ColorText, tone.Soft()})
	}
	look := theme.New(theme.System, 1)
	for name, variant := range variants {
		for _, pair := range text {
			t.Run(fmt.Sprintf("%s on %s, %s", pair.ink, pair.ground, name), func(t *testing.T) {
				got := contrast(look.Color(pair.ink, variant), look.Color(pair.ground, variant))
				if got < enough {
					t.Errorf("contrast %.2f, want at least %.1f", got, enough)
				}
			})
		}
	}
}

func TestTextCanBeReadOnATintWhateverLiesBelow(t *testing.T) {
	const enough = 4.5 // WCAG 2.1, success criterion 1.4.3
	anywhere := []fyne.ThemeColorName{fynetheme.ColorNameBackground, theme.ColorSurface, fynetheme.ColorNameSelection}
	outsideOfSelections := anywhere[:2]
	pairs := []struct {
		ink, tint fyne.ThemeColorName
		grounds   []fyne.ThemeColorName
	}{
		{theme.ColorText, theme.ColorAction, anywhere},
		{theme.ColorText, fynetheme.ColorNameHover, anywhere},
		{theme.ColorText, fynetheme.ColorNamePressed, anywhere},
		{theme.ColorMuted, fynetheme.ColorNameHover, outsideOfSelections}, // tabs and small buttons
	}
	look := theme.New(theme.System, 1)
	for name, variant := range variants {
		for _, pair := range pairs {
			for _, below := range pair.grounds {
				ground := over(look.Color(pair.tint, variant), look.Color(below, variant))
				if got := contrast(look.Color(pair.ink, variant), ground); got < enough {
					t.Errorf("%s on %s on %s, %s: contrast %.2f, want at least %.1f", pair.ink, pair.tint, below, name, got, enough)
				}
			}
		}
	}
}

// over is what a tint makes of the colour below it.
func over(tint, below color.Color) color.Color {
	r, g, b, a := tint.RGBA() // premultiplied
	x, y, z, _ := below.RGBA()
	mix := func(above, below uint32) uint16 { return uint16(above + below*(0xffff-a)/0xffff) }
	return color.RGBA64{R: mix(r, x), G: mix(g, y), B: mix(b, z), A: 0xffff}
}

func TestControlsStandOutFromWhatTheyLieOn(t *testing.T) {
	const enough = 3 // WCAG 2.1, success criterion 1.4.11
	look := theme.New(theme.System, 1)
	for name, variant := range variants {
		for _, ground := range []fyne.ThemeColorName{fynetheme.ColorNameOverlayBackground, theme.ColorSurface} {
			got := contrast(look.Color(fynetheme.ColorNameInputBorder, variant), look.Color(ground, variant))
			if got < enough {
				t.Errorf("on %s, %s: contrast %.2f, want at least %d", ground, name, got, enough)
			}
		}
	}
}

// contrast is the ratio that WCAG 2.1 defines.
func TestFocusIsSeenOnEveryButton(t *testing.T) {
	for variant := range fyne.ThemeVariant(2) {
		look := theme.New(theme.System, 1)
		for ground, ink := range map[fyne.ThemeColorName]fyne.ThemeColorName{
			fynetheme.ColorNamePrimary: fynetheme.ColorNameForegroundOnPrimary,
			fynetheme.ColorNameButton:  fynetheme.ColorNameForeground,
		} {
			plain := look.Color(ground, variant)
			focused := under(look.Color(fynetheme.ColorNameFocus, variant), plain)
			if got := contrast(focused, plain); got < 1.2 {
				t.Errorf("variant %d: %s with the focus is %.2f:1 against without", variant, ground, got)
			}
			if got := contrast(focused, look.Color(ink, variant)); got < 4 {
				t.Errorf("variant %d: on %s with the focus, text is %.2f:1", variant, ground, got)
			}
		}
	}
}

// under is what is seen of an opaque colour under a tint.
func under(tint, ground color.Color) color.Color {
	tr, tg, tb, ta := tint.RGBA()
	gr, gg, gb, _ := ground.RGBA()
	mixed := func(tint, ground uint32) uint16 { return uint16(tint + ground*(0xFFFF-ta)/0xFFFF) }
	return color.RGBA64{R: mixed(tr, gr), G: mixed(tg, gg), B: mixed(tb, gb), A: 0xFFFF}
}

func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

func linear(channel uint32) float64 {
	c := float64(channel) / 0xffff
	if c <= 0.04045 {
		return c / 12.92
	}
	return math.Pow((c+0.055)/1.055, 2.4)
}

func TestFollowsTheSystemUnlessToldOtherwise(t *testing.T) {
	ground := fynetheme.ColorNameBackground
	light := theme.New(theme.Light, 1).Color(ground, fynetheme.VariantLight)
	dark := theme.New(theme.Dark, 1).Color(ground, fynetheme.VariantDark)
	if light == dark {
		t.Fatal("light and dark are the same")
	}
	cases := []struct {
		name   string
		mode   theme.Mode
		system fyne.ThemeVariant
		want   color.Color
	}{
		{"the system is light", theme.System, fynetheme.VariantLight, light},
		{"the system is dark", theme.System, fynetheme.VariantDark, dark},
		{"light whatever the system is", theme.Light, fynetheme.VariantDark, light},
		{"dark whatever the system is", theme.Dark, fynetheme.VariantLight, dark},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := theme.New(c.mode, 1).Color(ground, c.system); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestAllSizesGrowWithTheScale(t *testing.T) {
	normal, large := theme.New(theme.System, 1), theme.New(theme.System, 1.5)
	for _, name := range []fyne.ThemeSizeName{theme.SizeRow, theme.SizeGrid, fynetheme.SizeNameText, fynetheme.SizeNameWindowTitleBarHeight} {
		if got, want := large.Size(name), normal.Size(name)*1.5; got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}

func TestLeavesToTheToolkitWhatItDoesNotName(t *testing.T) {
	test.NewTempApp(t)
	look, toolkit := theme.New(theme.System, 1), fynetheme.DefaultTheme()
	name := fynetheme.IconNameAccount
	if got, want := look.Icon(name).Name(), toolkit.Icon(name).Name(); got != want {
		t.Errorf("icon %s, want %s", got, want)
	}
	style := fyne.TextStyle{Bold: true}
	if got, want := look.Font(style).Name(), toolkit.Font(style).Name(); got != want {
		t.Errorf("font %s, want %s", got, want)
	}
}

func TestEveryIconIsDrawnInTheColourItIsAskedFor(t *testing.T) {
	for _, mode := range []theme.Mode{theme.Light, theme.Dark} {
		test.NewTempApp(t).Settings().SetTheme(theme.New(mode, 1))
		for _, name := range theme.IconNames() {
			t.Run(string(name), func(t *testing.T) {
				want := color.NRGBAModel.Convert(theme.Color(theme.ColorAccent)).(color.NRGBA)
				solid := 0
				for _, got := range pixels(theme.Tinted(name, theme.ColorAccent)) {
					if near(got, want) {
						solid++
					}
				}
				if solid < 40 {
					t.Errorf("only %d pixels of %v", solid, want)
				}
			})
		}
	}
}

// pixels draws an icon on white, 96 pixels wide.
func pixels(icon fyne.Resource) []color.NRGBA {
	image := canvas.NewImageFromResource(icon)
	image.FillMode = canvas.ImageFillContain
	c := software.NewTransparentCanvas()
	c.SetPadded(false)
	c.SetContent(image)
	c.Resize(fyne.NewSquareSize(96))
	picture := c.Capture()
	var all []color.NRGBA
	for y := range 96 {
		for x := range 96 {
			all = append(all, color.NRGBAModel.Convert(picture.At(x, y)).(color.NRGBA))
		}
	}
	return all
}

func near(a, b color.NRGBA) bool {
	close := func(x, y uint8) bool { return max(x, y)-min(x, y) <= 2 }
	return close(a.R, b.R) && close(a.G, b.G) && close(a.B, b.B) && close(a.A, b.A)
}

func TestAnIconThatIsNotThereIsSeenToBeMissing(t *testing.T) {
	if got, want := theme.Icon("no such icon").Name(), fynetheme.BrokenImageIcon().Name(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
