// Package fonts finds the system's fonts of Chinese, Japanese and Korean characters, so that
// regular and bold text is of one family, and Chinese is not drawn as Japanese is.
//
// The toolkit looks for a bold font of such characters only if the system's language has them,
// and takes the first font that has them all, which is often that of Japanese (Fyne 2.8.1,
// internal/painter/font.go).
package fonts

import (
	"fmt"
	"io"
	"log"
	"slices"

	"fyne.io/fyne/v2"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/fontscan"
	"github.com/go-text/typesetting/language"
)

// CJK is a family of fonts for Chinese, Japanese and Korean characters.
type CJK struct {
	Regular *Font
	Bold    *Font // Regular if the family has no bold font
}

// simplified are the families that draw characters as in mainland China. The first that is
// installed is used.
var simplified = []string{
	"Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", // Linux
	"Microsoft YaHei",                 // Windows
	"PingFang SC", "Hiragino Sans GB", // macOS
	"WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
}

// common is a character that every font of Chinese characters has.
const common = '中'

// Find returns the family for texts in Chinese, or else the family that the toolkit chooses.
// It returns false if there is none. Fallback returns the toolkit's font of a style. Find reads
// the index of the system's fonts, which the toolkit has made.
func Find(chinese bool, fallback func(fyne.TextStyle) fyne.Resource) (CJK, bool, error) {
	silent := log.New(io.Discard, "", 0)
	installed, err := fontscan.SystemFonts(silent, "")
	if err != nil {
		return CJK{}, false, fmt.Errorf("find fonts: %w", err)
	}
	var families []string
	if chinese {
		families = simplified
	}
	for _, family := range families {
		if found, ok := inFamily(installed, family, fallback); ok {
			return found, true, nil
		}
	}
	choice := fontscan.NewFontMap(silent)
	if err := choice.UseSystemFonts(""); err != nil {
		return CJK{}, false, fmt.Errorf("find fonts: %w", err)
	}
	choice.SetQuery(fontscan.Query{Families: []string{fontscan.SansSerif}})
	choice.SetScript(language.Han)
	face := choice.ResolveFace(common)
	if face == nil {
		return CJK{}, false, nil
	}
	family, _ := choice.FontMetadata(face.Font)
	found, ok := inFamily(installed, family, fallback)
	return found, ok, nil
}

// inFamily returns the regular and bold font of a family that has Chinese characters.
func inFamily(installed []fontscan.Footprint, family string, fallback func(fyne.TextStyle) fyne.Resource) (CJK, bool) {
	family = font.NormalizeFamily(family)
	fonts := slices.DeleteFunc(slices.Clone(installed), func(f fontscan.Footprint) bool {
		return f.Family != family || f.Aspect.Style != font.StyleNormal || !f.Runes.Contains(common)
	})
	if len(fonts) == 0 {
		return CJK{}, false
	}
	nearest := func(weight font.Weight) fontscan.Footprint {
		return slices.MinFunc(fonts, func(a, b fontscan.Footprint) int {
			return int(abs(a.Aspect.Weight-weight) - abs(b.Aspect.Weight-weight))
		})
	}
	regular, bold := nearest(font.WeightNormal), nearest(font.WeightBold)
	found := CJK{Regular: &Font{location: regular.Location, fallback: fallback(fyne.TextStyle{})}}
	found.Bold = found.Regular
	if bold.Location != regular.Location {
		found.Bold = &Font{location: bold.Location, fallback: fallback(fyne.TextStyle{Bold: true})}
	}
	return found, true
}

func abs(w font.Weight) font.Weight { return max(w, -w) }
