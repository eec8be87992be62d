package thumbnails

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"runtime"
	"slices"
	"testing"
)

// The colours of the quarters of a test image.
var (
	red   = color.RGBA{R: 0xff, A: 0xff}
	green = color.RGBA{G: 0xff, A: 0xff}
	blue  = color.RGBA{B: 0xff, A: 0xff}
	white = color.RGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}
)

// quarters returns an image whose middle square has the quarters red, green, blue, white, row
// by row.
func quarters(width, height int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := [][]color.RGBA{{red, green}, {blue, white}}[2*y/height][2*x/width]
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

func encodeJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodePNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodeGIF(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gif.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// withEXIF adds EXIF data with an orientation, and with a preview if it is not nil, to a JPEG
// file.
func withEXIF(file []byte, order byteOrder, orientation uint16, preview []byte) []byte {
	tiff := []byte("II*\x00")
	if order == binary.BigEndian {
		tiff = []byte("MM\x00*")
	}
	u16 := func(v uint16) { tiff = order.AppendUint16(tiff, v) }
	u32 := func(v uint32) { tiff = order.AppendUint32(tiff, v) }
	u32(8)
	u16(1) // one entry
	u16(tagOrientation)
	u16(3)
	u32(1)
	u16(orientation)
	u16(0)
	if preview == nil {
		u32(0)
	} else {
		next := uint32(len(tiff) + 4)
		u32(next)
		u16(2)
		u16(tagPreview)
		u16(4)
		u32(1)
		u32(next + 2 + 2*12 + 4)
		u16(tagPreviewLength)
		u16(4)
		u32(1)
		u32(uint32(len(preview)))
		u32(0)
		tiff = append(tiff, preview...)
	}
	segment := append([]byte("Exif\x00\x00"), tiff...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(segment)+2))
	return slices.Concat(head, segment, file[2:])
}

// nearest returns the name of the test colour that is nearest to one.
func nearest(c color.Color) string {
	r, g, b, _ := c.RGBA()
	switch r, g, b := r > 0x8000, g > 0x8000, b > 0x8000; {
	case r && g && b:
		return "white"
	case r && !g && !b:
		return "red"
	case g && !r && !b:
		return "green"
	case b && !r && !g:
		return "blue"
	default:
		return "other"
	}
}

// quartersOf returns the colours of the quarters of a thumbnail, row by row.
func quartersOf(m *image.RGBA) []string {
	side := m.Bounds().Dx()
	low, high := side/4, side-1-side/4
	var names []string
	for _, at := range []image.Point{{low, low}, {high, low}, {low, high}, {high, high}} {
		names = append(names, nearest(m.At(at.X, at.Y)))
	}
	return names
}

func TestDecode(t *testing.T) {
	usual := []string{"red", "green", "blue", "white"}
	large := quarters(400, 300)
	cases := []struct {
		name string
		file []byte
		side int // of the thumbnail
		want []string
	}{
		{"PNG", encodePNG(t, large), 96, usual},
		{"JPEG", encodeJPEG(t, large), 96, usual},
		{"GIF", encodeGIF(t, large), 96, usual},
		{"high", encodePNG(t, quarters(300, 4000)), 96, usual},
		{"wide", encodePNG(t, quarters(4000, 300)), 96, usual},
		{"smaller than the thumbnail", encodePNG(t, quarters(60, 40)), 40, usual},
		{"one pixel", encodePNG(t, quarters(1, 1)), 1, []string{"red", "red", "red", "red"}},
		{"upside down", withEXIF(encodeJPEG(t, large), binary.LittleEndian, 3, nil), 96, []string{"white", "blue", "green", "red"}},
		{"turned to the right", withEXIF(encodeJPEG(t, large), binary.BigEndian, 6, nil), 96, []string{"blue", "red", "white", "green"}},
		{"turned to the left", withEXIF(encodeJPEG(t, large), binary.BigEndian, 8, nil), 96, []string{"green", "white", "red", "blue"}},
		{"mirrored", withEXIF(encodeJPEG(t, large), binary.LittleEndian, 2, nil), 96, []string{"green", "red", "white", "blue"}},
		{"unknown orientation", withEXIF(encodeJPEG(t, large), binary.LittleEndian, 9, nil), 96, usual},
		{"preview", withEXIF(encodeJPEG(t, image.NewRGBA(large.Rect)), binary.LittleEndian, 6, encodeJPEG(t, quarters(160, 120))), 96, []string{"blue", "red", "white", "green"}},
		{"preview that is too small", withEXIF(encodeJPEG(t, large), binary.LittleEndian, 1, encodeJPEG(t, image.NewRGBA(image.Rect(0, 0, 80, 60)))), 96, usual},
		{"preview that is no image", withEXIF(encodeJPEG(t, large), binary.LittleEndian, 1, []byte("no image")), 96, usual},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := Decode(bytes.NewReader(c.file), 96)
			if err != nil {
				t.Fatal(err)
			}
			if got.Bounds() != image.Rect(0, 0, c.side, c.side) || !slices.Equal(quartersOf(got), c.want) {
				t.Errorf("%v with quarters %q, want side %d and %q", got.Bounds(), quartersOf(got), c.side, c.want)
			}
		})
	}
}

func TestDecodeWebP(t *testing.T) {
	file, err := base64.StdEncoding.DecodeString("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Decode(bytes.NewReader(file), 96); err != nil || got.Bounds().Dx() != 1 {
		t.Errorf("%v, %v", got, err)
	}
}

// withSize changes the dimensions in the header of a PNG file.
func withSize(file []byte, width, height uint32) []byte {
	file = slices.Clone(file)
	binary.BigEndian.PutUint32(file[16:], width)
	binary.BigEndian.PutUint32(file[20:], height)
	binary.BigEndian.PutUint32(file[29:], crc32.ChecksumIEEE(file[12:29]))
	return file
}

// TestDecodeRefuses decodes files for which no thumbnail is made. None of them allocates what its
// header asks for.
func TestDecodeRefuses(t *testing.T) {
	valid := encodePNG(t, quarters(40, 40))
	cases := map[string]io.ReadSeeker{
		"empty":                     bytes.NewReader(nil),
		"text":                      bytes.NewReader([]byte("no image at all, but with enough bytes")),
		"cut off":                   bytes.NewReader(valid[:len(valid)/2]),
		"header only":               bytes.NewReader(valid[:8]),
		"huge":                      bytes.NewReader(withSize(valid, 60_000, 60_000)),
		"wide beyond all bounds":    bytes.NewReader(withSize(valid, 1<<31-1, 1<<31-1)),
		"no width":                  bytes.NewReader(withSize(valid, 0, 10)),
		"file larger than the most": io.NewSectionReader(zeros{}, 0, maxFile+1),
	}
	for name, file := range cases {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := Decode(file, 96)
			runtime.ReadMemStats(&after)
			if err == nil {
				t.Error("no error")
			}
			if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 50<<20 {
				t.Errorf("%d bytes allocated", allocated)
			}
		})
	}
}

// zeros is a file of any length.
type zeros struct{}

func (zeros) ReadAt(p []byte, _ int64) (int, error) { clear(p); return len(p), nil }

func FuzzDecode(f *testing.F) {
	image := encodeJPEG(f, quarters(40, 30))
	f.Add(image)
	f.Add(withEXIF(image, binary.LittleEndian, 6, encodeJPEG(f, quarters(16, 12))))
	f.Add(encodePNG(f, quarters(40, 30)))
	f.Add(encodeGIF(f, quarters(40, 30)))
	f.Fuzz(func(t *testing.T, file []byte) {
		got, err := Decode(bytes.NewReader(file), 32)
		if err == nil && (got.Bounds().Dx() < 1 || got.Bounds().Dx() > 32 || got.Bounds().Dx() != got.Bounds().Dy()) {
			t.Errorf("thumbnail of %v", got.Bounds())
		}
	})
}
