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

	"github.com/ferryapp/ferry/widgets/internal/widgettest"
	"github.com/ferryapp/ferry/widgets/theme"
)

var variants = map[string]fyne.ThemeVariant{"light": fynetheme.VariantLight, "dark": fynetheme.VariantDark}

func TestTextContrast(t *testing.T) {
	const minContrast = 4.5 // WCAG 2.1, success criterion 1.4.3
	text := []struct{ foreground, background fyne.ThemeColorName }{
		{theme.ColorText, fynetheme.ColorNameBackground},
		{theme.ColorText, theme.ColorSurface},
		{theme.ColorText, fynetheme.ColorNameSelection},
		{theme.ColorText, fynetheme.ColorNameButton},
		{theme.ColorText, fynetheme.ColorNameMenuBackground},
		{theme.ColorMuted, fynetheme.ColorNameBackground},
		{theme.ColorMuted, theme.ColorSurface},
		{theme.ColorMuted, theme.ColorAccentSoft}, // count of the selected tab
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
		for _, background := range []fyne.ThemeColorName{theme.ColorSurface, fynetheme.ColorNameSelection, tone.Soft()} {
			text = append(text, struct{ foreground, background fyne.ThemeColorName }{tone.Color(), background})
		}
		text = append(text, struct{ foreground, background fyne.ThemeColorName }{theme.ColorText, tone.Soft()})
	}
	look := theme.New(theme.System, 1)
	for name, variant := range variants {
		for _, pair := range text {
			t.Run(fmt.Sprintf("%s on %s, %s", pair.foreground, pair.background, name), func(t *testing.T) {
				got := contrast(look.Color(pair.foreground, variant), look.Color(pair.background, variant))
				if got < minContrast {
					t.Errorf("contrast %.2f, want at least %.1f", got, minContrast)
				}
			})
		}
	}
}

// TestControlContrast checks the borders of fields, the marks of the focus, and scroll bars.
func TestControlContrast(t *testing.T) {
	const minContrast = 3 // WCAG 2.1, success criterion 1.4.11
	look := theme.New(theme.System, 1)
	plain := []fyne.ThemeColorName{fynetheme.ColorNameBackground, theme.ColorSurface}
	for variantName, variant := range variants {
		for _, pair := range []struct {
			control     fyne.ThemeColorName
			backgrounds []fyne.ThemeColorName
		}{
			{fynetheme.ColorNameInputBorder, append(plain, fynetheme.ColorNameInputBackground)},
			{theme.ColorAccent, append(plain, fynetheme.ColorNameSelection, theme.ColorAccentSoft)},
			{fynetheme.ColorNameScrollBar, plain},
		} {
			for _, name := range pair.backgrounds {
				background := look.Color(name, variant)
				if got := contrast(blend(look.Color(pair.control, variant), background), background); got < minContrast {
					t.Errorf("%s on %s, %s: contrast %.2f, want at least %.1f", pair.control, name, variantName, got, float64(minContrast))
				}
			}
		}
	}
}

// TestBarContrast checks bars and their marks, and columns of the speed graph.
func TestBarContrast(t *testing.T) {
	const minContrast = 3 // WCAG 2.1, success criterion 1.4.11
	look := theme.New(theme.System, 1)
	for variantName, variant := range variants {
		under := map[string]color.Color{}
		for _, name := range []fyne.ThemeColorName{fynetheme.ColorNameBackground, theme.ColorSurface, fynetheme.ColorNameSelection} {
			under[string(name)] = look.Color(name, variant)
			if name != fynetheme.ColorNameSelection { // a selected row does not change below the pointer
				under["hovered "+string(name)] = blend(look.Color(fynetheme.ColorNameHover, variant), look.Color(name, variant))
			}
		}
		for _, tone := range []theme.Tone{theme.Muted, theme.Active, theme.Success, theme.Warning, theme.Error} {
			bar := look.Color(tone.Color(), variant)
			for name, background := range under {
				track := blend(look.Color(theme.ColorTrack, variant), background)
				if got := contrast(bar, track); got < minContrast {
					t.Errorf("%s on the track on %s, %s: contrast %.2f, want at least %.1f", tone.Color(), name, variantName, got, float64(minContrast))
				}
			}
			if got := contrast(look.Color(theme.ColorSurface, variant), bar); got < minContrast {
				t.Errorf("mark on %s, %s: contrast %.2f, want at least %.1f", tone.Color(), variantName, got, float64(minContrast))
			}
		}
	}
}

func TestTextContrastOnTranslucentBackground(t *testing.T) {
	const minContrast = 4.5 // WCAG 2.1, success criterion 1.4.3
	all := []fyne.ThemeColorName{fynetheme.ColorNameBackground, theme.ColorSurface, fynetheme.ColorNameSelection}
	unselected := all[:2]
	pairs := []struct {
		foreground, tint fyne.ThemeColorName
		backgrounds      []fyne.ThemeColorName
	}{
		{theme.ColorText, theme.ColorAction, all},
		{theme.ColorText, fynetheme.ColorNameHover, all},
		{theme.ColorText, fynetheme.ColorNamePressed, all},
		{theme.ColorMuted, fynetheme.ColorNameHover, unselected}, // tabs and small buttons
	}
	look := theme.New(theme.System, 1)
	for variantName, variant := range variants {
		for _, pair := range pairs {
			for _, name := range pair.backgrounds {
				background := blend(look.Color(pair.tint, variant), look.Color(name, variant))
				if got := contrast(look.Color(pair.foreground, variant), background); got < minContrast {
					t.Errorf("%s on %s on %s, %s: contrast %.2f, want at least %.1f", pair.foreground, pair.tint, name, variantName, got, minContrast)
				}
			}
		}
	}
}

func TestInputBorderContrast(t *testing.T) {
	const minContrast = 3 // WCAG 2.1, success criterion 1.4.11
	look := theme.New(theme.System, 1)
	for name, variant := range variants {
		for _, background := range []fyne.ThemeColorName{fynetheme.ColorNameOverlayBackground, theme.ColorSurface} {
			got := contrast(look.Color(fynetheme.ColorNameInputBorder, variant), look.Color(background, variant))
			if got < minContrast {
				t.Errorf("on %s, %s: contrast %.2f, want at least %d", background, name, got, minContrast)
			}
		}
	}
}

func TestFocusContrastOnButtons(t *testing.T) {
	for variant := range fyne.ThemeVariant(2) {
		look := theme.New(theme.System, 1)
		for background, foreground := range map[fyne.ThemeColorName]fyne.ThemeColorName{
			fynetheme.ColorNamePrimary: fynetheme.ColorNameForegroundOnPrimary,
			fynetheme.ColorNameButton:  fynetheme.ColorNameForeground,
		} {
			unfocused := look.Color(background, variant)
			focused := blend(look.Color(fynetheme.ColorNameFocus, variant), unfocused)
			if got := contrast(focused, unfocused); got < 1.2 {
				t.Errorf("variant %d: contrast of focused to unfocused %s %.2f, want at least 1.2", variant, background, got)
			}
			if got := contrast(focused, look.Color(foreground, variant)); got < 4 {
				t.Errorf("variant %d: contrast of text on focused %s %.2f, want at least 4", variant, background, got)
			}
		}
	}
}

// blend returns the colour of a tint over an opaque background.
func blend(tint, background color.Color) color.Color {
	r, g, b, a := tint.RGBA() // premultiplied
	br, bg, bb, _ := background.RGBA()
	mix := func(tint, background uint32) uint16 { return uint16(tint + background*(0xffff-a)/0xffff) }
	return color.RGBA64{R: mix(r, br), G: mix(g, bg), B: mix(b, bb), A: 0xffff}
}

// contrast returns the contrast ratio of WCAG 2.1.
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

func TestModeSelectsVariant(t *testing.T) {
	background := fynetheme.ColorNameBackground
	light := theme.New(theme.Light, 1).Color(background, fynetheme.VariantLight)
	dark := theme.New(theme.Dark, 1).Color(background, fynetheme.VariantDark)
	if light == dark {
		t.Fatal("light and dark have the same background")
	}
	cases := []struct {
		name   string
		mode   theme.Mode
		system fyne.ThemeVariant
		want   color.Color
	}{
		{"system mode, light system", theme.System, fynetheme.VariantLight, light},
		{"system mode, dark system", theme.System, fynetheme.VariantDark, dark},
		{"light mode, dark system", theme.Light, fynetheme.VariantDark, light},
		{"dark mode, light system", theme.Dark, fynetheme.VariantLight, dark},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := theme.New(c.mode, 1).Color(background, c.system); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestScaleAppliesToAllSizes(t *testing.T) {
	normal, large := theme.New(theme.System, 1), theme.New(theme.System, 1.5)
	for _, name := range []fyne.ThemeSizeName{theme.SizeRow, theme.SizeGrid, fynetheme.SizeNameText, fynetheme.SizeNameWindowTitleBarHeight} {
		if got, want := large.Size(name), normal.Size(name)*1.5; got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}

func TestOtherIconsAndFontsAreFynes(t *testing.T) {
	test.NewTempApp(t)
	look, fyneTheme := theme.New(theme.System, 1), fynetheme.DefaultTheme()
	name := fynetheme.IconNameAccount
	if got, want := look.Icon(name).Name(), fyneTheme.Icon(name).Name(); got != want {
		t.Errorf("icon %s, want %s", got, want)
	}
	style := fyne.TextStyle{Bold: true}
	if got, want := look.Font(style).Name(), fyneTheme.Font(style).Name(); got != want {
		t.Errorf("font %s, want %s", got, want)
	}
}

func TestIconsAreTinted(t *testing.T) {
	for _, mode := range []theme.Mode{theme.Light, theme.Dark} {
		widgettest.SetTheme(t, mode)
		for _, name := range theme.IconNames() {
			t.Run(string(name), func(t *testing.T) {
				want := color.NRGBAModel.Convert(theme.Color(theme.ColorAccent)).(color.NRGBA)
				matching := 0
				for _, got := range pixels(theme.Tinted(name, theme.ColorAccent)) {
					if near(got, want) {
						matching++
					}
				}
				if matching < 40 {
					t.Errorf("only %d pixels of %v", matching, want)
				}
			})
		}
	}
}

// pixels renders an icon of 96 by 96 pixels on white.
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

func TestUnknownIcon(t *testing.T) {
	if got, want := theme.Icon("no such icon").Name(), fynetheme.BrokenImageIcon().Name(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
