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

	"github.com/ferryapp/ferry/widgets/theme"
)

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

// Find returns the fonts for texts in Chinese; else only the bold font of the family whose regular
// one the toolkit chooses. Fonts are missing that the system does not have. Toolkit returns the
// toolkit's own font of a style. Find reads the index of the system's fonts, which the toolkit has
// made, and the fonts.
func Find(chinese bool, toolkit func(fyne.TextStyle) fyne.Resource) (theme.CJK, error) {
	silent := log.New(io.Discard, "", 0)
	installed, err := fontscan.SystemFonts(silent, "")
	if err != nil {
		return theme.CJK{}, fmt.Errorf("find fonts: %w", err)
	}
	var families []string
	if chinese {
		families = simplified
	}
	choice, err := toolkitsFamily(silent)
	if err != nil {
		return theme.CJK{}, fmt.Errorf("find fonts: %w", err)
	}
	for _, name := range append(slices.Clone(families), choice) {
		found, ok := inFamily(installed, name, toolkit)
		if !ok {
			continue
		}
		found.bold.prepare()
		if !chinese {
			return theme.CJK{Bold: found.bold}, nil
		}
		found.regular.prepare()
		return theme.CJK{Regular: found.regular, Bold: found.bold}, nil
	}
	return theme.CJK{}, nil
}

// toolkitsFamily returns the family in which the toolkit draws regular Chinese characters; "" for none.
func toolkitsFamily(silent fontscan.Logger) (string, error) {
	fonts := fontscan.NewFontMap(silent)
	if err := fonts.UseSystemFonts(""); err != nil {
		return "", err
	}
	fonts.SetQuery(fontscan.Query{Families: []string{fontscan.SansSerif}})
	fonts.SetScript(language.Han)
	face := fonts.ResolveFace(common)
	if face == nil {
		return "", nil
	}
	family, _ := fonts.FontMetadata(face.Font)
	return family, nil
}

// family is a family of fonts with Chinese characters.
type family struct {
	regular *Font
	bold    *Font // regular if there is no bold font
}

// inFamily returns the regular and bold font of a family that has Chinese characters.
func inFamily(installed []fontscan.Footprint, name string, toolkit func(fyne.TextStyle) fyne.Resource) (family, bool) {
	name = font.NormalizeFamily(name)
	fonts := slices.DeleteFunc(slices.Clone(installed), func(f fontscan.Footprint) bool {
		return f.Family != name || f.Aspect.Style != font.StyleNormal || !f.Runes.Contains(common)
	})
	if len(fonts) == 0 {
		return family{}, false
	}
	nearest := func(weight font.Weight) fontscan.Footprint {
		return slices.MinFunc(fonts, func(a, b fontscan.Footprint) int {
			return int(abs(a.Aspect.Weight-weight) - abs(b.Aspect.Weight-weight))
		})
	}
	regular, bold := nearest(font.WeightNormal), nearest(font.WeightBold)
	found := family{regular: &Font{location: regular.Location, toolkit: toolkit(fyne.TextStyle{})}}
	found.bold = found.regular
	if bold.Location != regular.Location {
		found.bold = &Font{location: bold.Location, toolkit: toolkit(fyne.TextStyle{Bold: true})}
	}
	return found, true
}

func abs(w font.Weight) font.Weight { return max(w, -w) }
