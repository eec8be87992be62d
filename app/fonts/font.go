package fonts

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"sync/atomic"
	"unicode"

	"fyne.io/fyne/v2"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/font/opentype/tables"
	"github.com/go-text/typesetting/fontscan"

	"github.com/ferryapp/ferry/widgets/draw"
)

// Font is a font of the system, changed so that it can come before the toolkit's own font: it has
// no letters of other scripts, and leaves the same room above and below a line, so that lines of
// both have one height and one baseline. It is a [fyne.Resource], and reads its file whenever it is
// asked for the content, instead of keeping some 20 MB.
type Font struct {
	location fontscan.Location
	toolkit  fyne.Resource          // the toolkit's own font; also used if the file can no longer be read
	prepared atomic.Pointer[[]byte] // the content, until it is asked for
}

// prepare reads the content, so that the first one who asks for it does not wait.
func (f *Font) prepare() {
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
		return f.toolkit.Content()
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
	like, err := font.ParseTTF(bytes.NewReader(f.toolkit.Content()))
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	return adapt(loaders[f.location.Index], like, info.Size())
}

var (
	tagCmap = opentype.MustNewTag("cmap")
	tagHead = opentype.MustNewTag("head")
	tagHhea = opentype.MustNewTag("hhea")
	tagOS2  = opentype.MustNewTag("OS/2")
)

// adapt returns a font as a file that has only CJK, in lines of the height of another font. Size
// is about that of the file; all of it is allocated at once.
func adapt(loader *opentype.Loader, like *font.Face, size int64) ([]byte, error) {
	raw, err := loader.RawTable(tagHead)
	if err != nil {
		return nil, err
	}
	head, _, err := tables.ParseHead(raw)
	if err != nil {
		return nil, err
	}
	line, known := like.FontHExtents()
	if !known {
		return nil, errors.New("height of the toolkit's lines is unknown")
	}
	scale := float32(head.Upem()) / float32(like.Upem())
	tags := loader.Tables()
	used := headerSize + recordSize*len(tags)
	out := make([]byte, used, max(int64(used), size))
	for i, tag := range tags {
		content, err := loader.RawTableTo(tag, out[len(out):cap(out)]) // is read in place
		if err != nil {
			return nil, err
		}
		switch tag {
		case tagCmap:
			content, err = characters(loader, content)
		case tagHhea:
			err = putLine(content, hheaLine, line, scale)
		case tagOS2:
			err = putLine(content, os2Line, line, scale)
		}
		if err != nil {
			return nil, fmt.Errorf("table %s: %w", tag, err)
		}
		putRecord(out[headerSize+recordSize*i:], tag, len(out), len(content))
		out = append(out, content...)
	}
	binary.BigEndian.PutUint32(out, uint32(loader.Type))
	binary.BigEndian.PutUint16(out[4:], uint16(len(tags))) //nolint:gosec // a font has some dozens
	return out, nil
}

// The sizes of the header of a font file and of a record about a table, in bytes.
const (
	headerSize = 12
	recordSize = 16
)

// putRecord writes the record about a table, without the checksum, which the toolkit does not
// compare.
func putRecord(record []byte, tag opentype.Tag, offset, length int) {
	binary.BigEndian.PutUint32(record, uint32(tag))
	binary.BigEndian.PutUint32(record[8:], uint32(offset))  //nolint:gosec // a font is smaller than 4 GB
	binary.BigEndian.PutUint32(record[12:], uint32(length)) //nolint:gosec // as above
}

// The offsets of ascender, descender and line gap, in this order, in bytes.
const (
	hheaLine = 4
	os2Line  = 68
)

// putLine writes the height of a line at an offset of a table.
func putLine(table []byte, offset int, line font.FontExtents, scale float32) error {
	for i, value := range []float32{line.Ascender, line.Descender, line.LineGap} {
		at := offset + 2*i
		if at+2 > len(table) {
			return io.ErrUnexpectedEOF
		}
		binary.BigEndian.PutUint16(table[at:], uint16(int16(math.Round(float64(value*scale))))) //nolint:gosec // two's complement is the format
	}
	return nil
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

// groupsOf returns the characters that are CJK or follow such.
func groupsOf(all font.Cmap) []group {
	var groups []group
	for characters := all.Iter(); characters.Next(); {
		r, glyph := characters.Char()
		if glyph == 0 || !draw.IsCJK(r) && !continues(r) {
			continue
		}
		code := uint32(r) //nolint:gosec // a character of a font is not negative
		if last := len(groups) - 1; last >= 0 && code == groups[last].last+1 && uint32(glyph) == groups[last].glyph+code-groups[last].first {
			groups[last].last++
			continue
		}
		groups = append(groups, group{code, code, uint32(glyph)})
	}
	return groups
}

// continues reports whether a character is drawn in the font of the one before it, which the
// toolkit does with spaces and what is invisible (go-text/typesetting 0.3.4, shaping.Segmenter).
func continues(r rune) bool { return unicode.In(r, unicode.Z, unicode.C) && !unicode.Is(unicode.Co, r) }

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
	count := uint32(len(groups))                //nolint:gosec // at most one for each character
	out = binary.BigEndian.AppendUint32(out, subheader+12*count)
	out = binary.BigEndian.AppendUint32(out, 0) // any language
	out = binary.BigEndian.AppendUint32(out, count)
	for _, g := range groups {
		out = binary.BigEndian.AppendUint32(out, g.first)
		out = binary.BigEndian.AppendUint32(out, g.last)
		out = binary.BigEndian.AppendUint32(out, g.glyph)
	}
	return out
}
