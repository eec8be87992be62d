package fonts

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"

	"fyne.io/fyne/v2"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/font/opentype/tables"
	"github.com/go-text/typesetting/fontscan"

	"github.com/ferryapp/ferry/widgets/draw"
)

// Font is a font of the system, without the characters that the toolkit's own font has: a font
// of a theme comes before the toolkit's. It is a [fyne.Resource], and reads its file whenever
// it is asked for the content, instead of keeping some 20 MB.
type Font struct {
	location fontscan.Location
	fallback fyne.Resource          // is used if the file can no longer be read
	prepared atomic.Pointer[[]byte] // the content, until it is asked for
}

// Prepare reads the content, so that the first one who asks for it does not wait.
func (f *Font) Prepare() {
	content := f.Content()
	f.prepared.Store(&content)
}

// Name implements [fyne.Resource].
func (f *Font) Name() string {
	return fmt.Sprintf("%s-%d", filepath.Base(f.location.File), f.location.Index)
}

// Content implements [fyne.Resource].
func (f *Font) Content() []byte {
	if content := f.prepared.Swap(nil); content != nil {
		return *content
	}
	content, err := f.read()
	if err != nil {
		fyne.LogError("font "+f.location.File+" is not used", err)
		return f.fallback.Content()
	}
	return content
}

func (f *Font) read() ([]byte, error) {
	file, err := os.Open(f.location.File)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	loaders, err := opentype.NewLoaders(file)
	if err != nil {
		return nil, err
	}
	if int(f.location.Index) >= len(loaders) {
		return nil, fmt.Errorf("has %d fonts, want number %d", len(loaders), f.location.Index)
	}
	return withoutOtherScripts(loaders[f.location.Index])
}

var (
	tagCmap = opentype.MustNewTag("cmap")
	tagOS2  = opentype.MustNewTag("OS/2")
)

// withoutOtherScripts returns a font as a file whose table of characters has CJK only.
func withoutOtherScripts(loader *opentype.Loader) ([]byte, error) {
	var parts []opentype.Table
	for _, tag := range loader.Tables() {
		content, err := loader.RawTable(tag)
		if err != nil {
			return nil, err
		}
		if tag == tagCmap {
			if content, err = characters(loader, content); err != nil {
				return nil, err
			}
		}
		parts = append(parts, opentype.Table{Tag: tag, Content: content})
	}
	return opentype.WriteTTF(parts), nil
}

// characters returns a cmap table with the characters of another one that are CJK.
func characters(loader *opentype.Loader, content []byte) ([]byte, error) {
	table, _, err := tables.ParseCmap(content)
	if err != nil {
		return nil, err
	}
	page := tables.FPNone
	if raw, err := loader.RawTable(tagOS2); err == nil {
		if os2, _, err := tables.ParseOs2(raw); err == nil {
			page = os2.FontPage()
		}
	}
	all, _, err := font.ProcessCmap(table, page)
	if err != nil {
		return nil, err
	}
	return writeCmap(groupsOf(all)), nil
}

// group is a range of characters with consecutive glyphs.
type group struct{ first, last, glyph uint32 }

// groupsOf returns the characters that are CJK.
func groupsOf(all font.Cmap) []group {
	var groups []group
	for characters := all.Iter(); characters.Next(); {
		r, glyph := characters.Char()
		if glyph == 0 || !draw.IsCJK(r) {
			continue
		}
		if last := len(groups) - 1; last >= 0 && uint32(r) == groups[last].last+1 && uint32(glyph) == groups[last].glyph+uint32(r)-groups[last].first {
			groups[last].last++
			continue
		}
		groups = append(groups, group{uint32(r), uint32(r), uint32(glyph)})
	}
	return groups
}

// writeCmap returns a cmap table with one subtable of format 12.
func writeCmap(groups []group) []byte {
	const (
		header    = 12 // of the table with one subtable
		subheader = 16
		format    = 12
		microsoft = 3
		ucs4      = 10
	)
	out := binary.BigEndian.AppendUint16(nil, 0) // version
	out = binary.BigEndian.AppendUint16(out, 1)  // number of subtables
	out = binary.BigEndian.AppendUint16(out, microsoft)
	out = binary.BigEndian.AppendUint16(out, ucs4)
	out = binary.BigEndian.AppendUint32(out, header)
	out = binary.BigEndian.AppendUint16(out, format)
	out = binary.BigEndian.AppendUint16(out, 0) // reserved
	out = binary.BigEndian.AppendUint32(out, uint32(subheader+12*len(groups)))
	out = binary.BigEndian.AppendUint32(out, 0) // any language
	out = binary.BigEndian.AppendUint32(out, uint32(len(groups)))
	for _, g := range groups {
		out = binary.BigEndian.AppendUint32(out, g.first)
		out = binary.BigEndian.AppendUint32(out, g.last)
		out = binary.BigEndian.AppendUint32(out, g.glyph)
	}
	return out
}
