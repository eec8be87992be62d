// Package theme is how Ferry looks: its colours, sizes and icons.
//
// A [Theme] is a fyne.Theme. It follows the system from light to dark unless
// it is told not to, has one accent colour, the teal of deep water, and keeps
// every other colour for meaning: a [Tone] says what state something is in.
// Text keeps a contrast of at least 4.5 to 1 to whatever it stands on (WCAG
// AA), which a test holds. Distances are multiples of four units, see [Grid].
//
// Everything here is immutable and may be used from any goroutine; the
// functions that ask for the current theme ask Fyne, so they belong to the
// goroutine of the user interface.
package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

// Mode says whether a Theme follows the system.
type Mode uint8

// The modes.
const (
	System Mode = iota // light or dark, as the system is
	Light
	Dark
)

// Theme is the look of Ferry.
type Theme struct {
	mode  Mode
	scale float32
}

// New makes a theme. All sizes are multiplied by scale; 1 is the normal size.
func New(mode Mode, scale float32) *Theme {
	return &Theme{mode: mode, scale: scale}
}

// Color returns the colour of that name. The variant is what the system wants;
// a theme that does not follow the system ignores it.
func (t *Theme) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	variant = t.variant(variant)
	shade, ok := palette[name]
	switch {
	case !ok:
		return fynetheme.DefaultTheme().Color(name, variant)
	case variant == fynetheme.VariantLight:
		return shade.light
	default:
		return shade.dark
	}
}

func (t *Theme) variant(system fyne.ThemeVariant) fyne.ThemeVariant {
	switch t.mode {
	case Light:
		return fynetheme.VariantLight
	case Dark:
		return fynetheme.VariantDark
	default:
		return system
	}
}

// Font returns the font for a style: Fyne's own, whose digits are all of one
// width, and which the system's fonts complete for other scripts.
func (t *Theme) Font(style fyne.TextStyle) fyne.Resource {
	return fynetheme.DefaultTheme().Font(style)
}

// Icon returns Ferry's drawing of one of Fyne's icons, or Fyne's where Ferry
// has none.
func (t *Theme) Icon(name fyne.ThemeIconName) fyne.Resource {
	if own, ok := standIns[name]; ok {
		return Icon(own)
	}
	return fynetheme.DefaultTheme().Icon(name)
}

// Color returns a colour of the current theme.
func Color(name fyne.ThemeColorName) color.Color { return fynetheme.Color(name) }

// Size returns a size of the current theme.
func Size(name fyne.ThemeSizeName) float32 { return fynetheme.Size(name) }

// Look tells apart how things look in one theme and in another. Looks can be
// compared with ==.
type Look struct {
	text color.Color
	grid float32
}

// CurrentLook is how things look in the current theme.
func CurrentLook() Look { return Look{text: Color(ColorText), grid: Grid(1)} }
