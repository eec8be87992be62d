package draw

import (
	"image"
	"image/color"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/software"

	"github.com/ferryapp/ferry/widgets/theme"
)

// script is a group of characters that the toolkit draws in the same font.
type script uint8

const (
	scriptLatin script = iota // also Greek, Cyrillic and what all fonts have
	scriptCJK
	scriptHebrew
	scriptArabic
	scriptOther
)

// scriptOf returns the script of a character.
func scriptOf(r rune) script {
	const (
		firstOther       = 0x590 // Hebrew; the toolkit's own font has what is before
		firstPunctuation = 0x3000
		lastPunctuation  = 0x303f
		firstFullWidth   = 0xff00
		lastFullWidth    = 0xffef
	)
	switch {
	case r < firstOther:
		return scriptLatin
	case r >= firstPunctuation && r <= lastPunctuation, r >= firstFullWidth && r <= lastFullWidth,
		unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo):
		return scriptCJK
	case unicode.Is(unicode.Hebrew, r):
		return scriptHebrew
	case unicode.Is(unicode.Arabic, r):
		return scriptArabic
	case unicode.IsLetter(r) && !unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic):
		return scriptOther
	default:
		return scriptLatin
	}
}

// IsCJK reports whether a character is drawn in a font for Chinese, Japanese and Korean.
func IsCJK(r rune) bool { return scriptOf(r) == scriptCJK }

// onCJK is the function of OnCJK until it is called; nil afterwards.
var onCJK func()

// OnCJK has a function called once, on the UI goroutine, when the first text with a character of
// Chinese, Japanese or Korean is laid out by this package.
func OnCJK(f func()) { onCJK = f }

// noteScripts calls the function of OnCJK if a text has such characters.
func noteScripts(text string) {
	if onCJK != nil && strings.ContainsFunc(text, IsCJK) {
		f := onCJK
		onCJK = nil
		f()
	}
}

// lowering is a key of lowerings.
type lowering struct {
	script script
	bold   bool
}

// lowerings caches by how much the baseline of a line is lower if it has characters of a
// script, as a fraction of the size of the text. Fyne leaves room for the tallest font above
// all characters of the line, but measures the baseline of its own font (2.8.1, walkString). It
// is used on the UI goroutine only.
var lowerings = map[lowering]float32{}

// lowered returns by how much lower than Latin text a text is drawn.
func lowered(text string, size float32, style fyne.TextStyle) float32 {
	noteScripts(text)
	most := float32(0)
	for _, r := range text {
		s := scriptOf(r)
		if s == scriptLatin || s == scriptCJK && theme.HasCJK(style) {
			continue
		}
		key := lowering{s, style.Bold}
		fraction, known := lowerings[key]
		if !known {
			fraction = measureLowering(r, style)
			lowerings[key] = fraction
		}
		most = max(most, fraction)
	}
	return most * size
}

// measuredSize is the size of the text that measureLowering draws.
const measuredSize = 100

// measureLowering draws a Latin letter alone and together with a character, and returns by how
// much lower it is then, as a fraction of the size.
func measureLowering(r rune, style fyne.TextStyle) float32 {
	const letter = "H" // it ends at the baseline
	width := int(fyne.MeasureText(letter, measuredSize, style).Width)
	return float32(lastRow(letter+string(r), style, width)-lastRow(letter, style, width)) / measuredSize
}

// lastRow draws a text and returns the lowest row of pixels that has a part of it, left of a
// width.
func lastRow(text string, style fyne.TextStyle, width int) int {
	object := canvas.NewText(text, color.Black)
	object.TextSize, object.TextStyle = measuredSize, style
	c := software.NewTransparentCanvas()
	c.SetPadded(false)
	c.SetContent(object)
	c.Resize(fyne.NewSize(4*measuredSize, 3*measuredSize))
	return lastVisibleRow(c.Capture(), width)
}

func lastVisibleRow(picture image.Image, width int) int {
	const half = 0x8000
	bounds := picture.Bounds()
	for y := bounds.Max.Y - 1; y >= bounds.Min.Y; y-- {
		for x := bounds.Min.X; x < bounds.Min.X+width; x++ {
			if _, _, _, alpha := picture.At(x, y).RGBA(); alpha > half {
				return y
			}
		}
	}
	return 0
}
