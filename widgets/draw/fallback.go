package draw

import (
	"image"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/software"
)

// firstFallback is the first rune that the toolkit's own font does not have: the Hebrew block
// begins the scripts that are drawn with fonts of the system.
const firstFallback = 0x0590

// precision is how much larger text is drawn to measure it.
const precision = 4

// lowerings caches lowering. It is used on the UI goroutine.
var lowerings = map[loweringKey]float32{}

type loweringKey struct {
	block rune // see blockOf
	size  float32
	style fyne.TextStyle
}

// lowering returns how far the toolkit draws the baseline of a text below that of Latin text:
// fonts of other scripts have a larger ascent. Its own measure of the baseline is that of
// Latin text, whatever the text is (RenderedTextSize in Fyne 2.8.1).
func lowering(text string, size float32, style fyne.TextStyle, latinBaseline float32) float32 {
	for _, r := range text {
		if r >= firstFallback {
			key := loweringKey{blockOf(r), size, style}
			ascent, known := lowerings[key]
			if !known {
				ascent = extraAscent(r, size, style)
				lowerings[key] = ascent
			}
			return ceil(latinBaseline+ascent) - ceil(latinBaseline)
		}
	}
	return 0
}

// blockOf identifies the runes that have the same font as one: those of Chinese, Japanese and
// Korean, and otherwise 256 in a row.
func blockOf(r rune) rune {
	if r >= 0x2e80 && r < 0xd800 || r >= 0xf900 && r < 0xfb00 || r >= 0xff00 && r < 0xfff0 || r >= 0x20000 {
		return 0x4e
	}
	return r >> 8
}

func ceil(x float32) float32 { return float32(math.Ceil(float64(x))) }

// extraAscent returns by how much the ascent of the font of a rune exceeds that of Latin text.
// The letter H ends at the baseline.
func extraAscent(r rune, size float32, style fyne.TextStyle) float32 {
	const letter = "H"
	width := fyne.MeasureText(letter, size, style).Width
	alone, beside := inkBottom(letter, width, size, style), inkBottom(letter+string(r), width, size, style)
	return max(float32(beside-alone)/precision, 0)
}

// inkBottom returns the lowest row of pixels of the first letter of a text, which has a width.
func inkBottom(text string, width, size float32, style fyne.TextStyle) int {
	object := &canvas.Text{Text: text, TextSize: size, TextStyle: style, Color: image.Black}
	c := software.NewTransparentCanvas()
	c.SetPadded(false)
	c.SetScale(precision)
	c.SetContent(object)
	c.Resize(object.MinSize())
	picture := c.Capture()
	right := picture.Bounds().Min.X + int(width*precision)
	for y := picture.Bounds().Max.Y - 1; y >= picture.Bounds().Min.Y; y-- {
		for x := picture.Bounds().Min.X; x < right; x++ {
			if _, _, _, alpha := picture.At(x, y).RGBA(); alpha > 0x8000 {
				return y
			}
		}
	}
	return 0
}
