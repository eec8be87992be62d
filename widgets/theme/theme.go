// Package theme defines Ferry's colours, sizes and icons.
//
// A [Theme] is a fyne.Theme with a light and a dark variant. It has one accent
// colour; other colours than greys express the state of something, as a [Tone].
// Text has a contrast of at least 4.5:1 to its background (WCAG 2.1, level AA).
// Distances are multiples of four units, see [Grid].
//
// Values of this package are immutable and may be used from any goroutine. The
// functions that use the current theme must be called on the UI goroutine.
package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

// Mode selects the variant of a Theme.
type Mode uint8

// The modes.
const (
	System Mode = iota // the variant of the system
	Light
	Dark
)

// Theme is a fyne.Theme.
type Theme struct {
	mode    Mode
	scale   float32
	compact bool
	cjk     CJK
}

// CJK is what Chinese, Japanese and Korean characters are drawn in. The fonts have no letters of
// other scripts, and the height of a line and its baseline are those of the toolkit's font. A font is
// nil where the toolkit chooses one.
type CJK struct{ Regular, Bold fyne.Resource }

// New returns a theme. All sizes are multiplied by scale; 1 is the normal size.
func New(mode Mode, scale float32) *Theme {
	return &Theme{mode: mode, scale: scale}
}

// Compact returns the theme with rows of about half the height.
func (t *Theme) Compact() *Theme {
	compact := *t
	compact.compact = true
	return &compact
}

// WithCJK returns the theme with fonts of Chinese, Japanese and Korean characters.
func (t *Theme) WithCJK(fonts CJK) *Theme {
	with := *t
	with.cjk = fonts
	return &with
}

// IsCompact reports whether the current theme is compact.
func IsCompact() bool { return Size(SizeRow) < Grid(10) }

// Color implements [fyne.Theme]. The variant is that of the system, and is used only
// in mode System.
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

// Font implements [fyne.Theme]. It returns Fyne's font, which has digits of equal
// width and falls back to the system's fonts for other scripts, or a font that is used before
// Fyne's for the characters that it has.
func (t *Theme) Font(style fyne.TextStyle) fyne.Resource {
	if font := t.cjk.of(style); font != nil {
		return font
	}
	return fynetheme.DefaultTheme().Font(style)
}

// of returns the font for a style; nil if there is none.
func (c CJK) of(style fyne.TextStyle) fyne.Resource {
	switch style {
	case fyne.TextStyle{}:
		return c.Regular
	case fyne.TextStyle{Bold: true}:
		return c.Bold
	default:
		return nil
	}
}

// HasCJK reports whether the current theme has a font of Chinese characters for a style.
func HasCJK(style fyne.TextStyle) bool {
	current, ok := fyne.CurrentApp().Settings().Theme().(*Theme)
	return ok && current.cjk.of(style) != nil
}

// Icon implements [fyne.Theme]. It returns Ferry's version of an icon of Fyne, or
// Fyne's icon if there is none.
func (t *Theme) Icon(name fyne.ThemeIconName) fyne.Resource {
	if icon, ok := fyneIcons[name]; ok {
		return Icon(icon)
	}
	return fynetheme.DefaultTheme().Icon(name)
}

// Color returns a colour of the current theme.
func Color(name fyne.ThemeColorName) color.Color { return fynetheme.Color(name) }

// Size returns a size of the current theme.
func Size(name fyne.ThemeSizeName) float32 { return fynetheme.Size(name) }

// Look identifies the appearance of a theme: two looks are equal (==) if objects
// need not be repainted.
type Look struct {
	text          color.Color
	grid          float32
	regular, bold bool // has fonts of Chinese characters
}

// CurrentLook returns the look of the current theme.
func CurrentLook() Look {
	return Look{text: Color(ColorText), grid: Grid(1), regular: HasCJK(fyne.TextStyle{}), bold: HasCJK(fyne.TextStyle{Bold: true})}
}
