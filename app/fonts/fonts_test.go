package fonts

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/fontscan"
)

var (
	plain  = fyne.TextStyle{}
	bolder = fyne.TextStyle{Bold: true}
)

func toolkit(style fyne.TextStyle) fyne.Resource { return fynetheme.DefaultTheme().Font(style) }

// systemFont writes a font with three characters and lines that are twice as high as the
// toolkit's, and returns its path.
func systemFont(t *testing.T, name string, style fyne.TextStyle) string {
	t.Helper()
	loader, err := opentype.NewLoader(bytes.NewReader(toolkit(style).Content()))
	if err != nil {
		t.Fatal(err)
	}
	like := parse(t, toolkit(style).Content())
	line, _ := like.FontHExtents()
	var parts []opentype.Table
	for _, tag := range loader.Tables() {
		content, err := loader.RawTable(tag)
		if err != nil {
			t.Fatal(err)
		}
		switch tag {
		case tagCmap:
			var groups []group
			for _, c := range []struct{ character, glyphOf rune }{{' ', ' '}, {'A', 'A'}, {'中', 'H'}} {
				glyph, _ := like.NominalGlyph(c.glyphOf)
				groups = append(groups, group{uint32(c.character), uint32(c.character), uint32(glyph)})
			}
			content = writeCmap(groups)
		case tagHhea:
			err = putLine(content, hheaLine, line, 2)
		case tagOS2:
			err = putLine(content, os2Line, line, 2)
		}
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, opentype.Table{Tag: tag, Content: content})
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, opentype.WriteTTF(parts), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func parse(t *testing.T, content []byte) *font.Face {
	t.Helper()
	face, err := font.ParseTTF(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return face
}

// TestFontStandsBeforeTheToolkits: a font of the system leaves other letters and the height of a
// line to the toolkit's font.
func TestFontStandsBeforeTheToolkits(t *testing.T) {
	for name, style := range map[string]fyne.TextStyle{"regular": plain, "bold": bolder} {
		t.Run(name, func(t *testing.T) {
			system := &Font{location: fontscan.Location{File: systemFont(t, "han.ttf", style)}, toolkit: toolkit(style)}
			face := parse(t, system.Content())
			for character, want := range map[rune]bool{'中': true, ' ': true, 'A': false} {
				if _, got := face.NominalGlyph(character); got != want {
					t.Errorf("has %q: %t", character, got)
				}
			}
			line, _ := face.FontHExtents()
			if want, _ := parse(t, toolkit(style).Content()).FontHExtents(); line != want {
				t.Errorf("line is %+v, want %+v", line, want)
			}
		})
	}
}

func TestUnreadableFontIsTheToolkits(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "broken.ttf")
	if err := os.WriteFile(broken, []byte("no font"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, at := range map[string]fontscan.Location{
		"removed": {File: filepath.Join(t.TempDir(), "none.ttf")},
		"broken":  {File: broken},
		"fewer":   {File: systemFont(t, "han.ttf", plain), Index: 3},
	} {
		t.Run(name, func(t *testing.T) {
			f := &Font{location: at, toolkit: toolkit(plain)}
			if !bytes.Equal(f.Content(), toolkit(plain).Content()) {
				t.Error("content is not the toolkit's font")
			}
		})
	}
}

// TestPreparedContentIsGivenOnce: it is not kept in memory.
func TestPreparedContentIsGivenOnce(t *testing.T) {
	f := &Font{location: fontscan.Location{File: systemFont(t, "han.ttf", plain)}, toolkit: toolkit(plain)}
	f.prepare()
	if err := os.Remove(f.location.File); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(f.Content(), toolkit(plain).Content()) {
		t.Error("prepared content is not given")
	}
	if f.prepared.Load() != nil {
		t.Error("prepared content is kept")
	}
}

func TestFamily(t *testing.T) {
	han := fontscan.RuneSet{}
	han.Add(common)
	footprint := func(family, file string, weight font.Weight, style font.Style, runes fontscan.RuneSet) fontscan.Footprint {
		return fontscan.Footprint{
			Family: font.NormalizeFamily(family), Location: fontscan.Location{File: file}, Runes: runes,
			Aspect: font.Aspect{Weight: weight, Style: style},
		}
	}
	installed := []fontscan.Footprint{
		footprint("Noto Sans CJK SC", "black", 900, font.StyleNormal, han),
		footprint("Noto Sans CJK SC", "bold", 700, font.StyleNormal, han),
		footprint("Noto Sans CJK SC", "italic", 400, font.StyleItalic, han),
		footprint("Noto Sans CJK SC", "regular", 400, font.StyleNormal, han),
		footprint("Noto Sans CJK SC", "letters", 400, font.StyleNormal, nil),
		footprint("WenQuanYi Zen Hei", "one", 500, font.StyleNormal, han),
		footprint("Noto Sans", "latin", 400, font.StyleNormal, nil),
	}
	for family, want := range map[string][2]string{
		"Noto Sans CJK SC":  {"regular-0", "bold-0"},
		"WenQuanYi Zen Hei": {"one-0", "one-0"},
		"Noto Sans":         {},
		"Missing":           {},
	} {
		t.Run(family, func(t *testing.T) {
			found, ok := inFamily(installed, family, toolkit)
			if ok != (want[0] != "") {
				t.Fatalf("found: %t", ok)
			}
			if ok && (found.regular.Name() != want[0] || found.bold.Name() != want[1]) {
				t.Errorf("got %s and %s, want %s and %s", found.regular.Name(), found.bold.Name(), want[0], want[1])
			}
		})
	}
}
