package thumbnails

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

const (
	// maxFile is the number of bytes of a file that is read.
	maxFile = 200 << 20
	// maxDecoded is the number of bytes that decoding may need.
	maxDecoded = 192 << 20
	// previewPixels is the number of pixels above which the preview in a JPEG file is used
	// although it is smaller than the thumbnail.
	previewPixels = 16 << 20
)

var (
	errChanged = errors.New("the file has changed")
	errFormat  = errors.New("not a known format of images")
	errSize    = errors.New("the image is empty or too large")
)

// Decode returns the middle square of the image that it reads, of at most side pixels. The
// format is that of the content: PNG, JPEG, GIF (the first picture), or WebP. It fails if
// decoding would need much memory.
func Decode(file io.ReadSeeker, side int) (picture *image.RGBA, err error) {
	defer func() {
		if p := recover(); p != nil { // in a decoder
			picture, err = nil, fmt.Errorf("decode image: %v", p)
		}
	}()
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, fmt.Errorf("decode image: %w", err)
	}
	if size > maxFile {
		return nil, errSize
	}
	format, err := formatOf(file)
	if err != nil {
		return nil, err
	}
	config, err := readFrom(file, format.config)
	if err != nil {
		return nil, fmt.Errorf("decode image: %w", err)
	}
	if format.jpeg {
		return decodeJPEG(file, config, side)
	}
	if !affordable(config, bytesPerPixel(config.ColorModel)) {
		return nil, errSize
	}
	whole, err := readFrom(file, format.decode)
	if err != nil {
		return nil, fmt.Errorf("decode image: %w", err)
	}
	return square(whole, whole.Bounds(), side, 1), nil
}

// decodeJPEG decodes a JPEG file, or the preview in it if that is large enough.
func decodeJPEG(file io.ReadSeeker, config image.Config, side int) (*image.RGBA, error) {
	found, err := readFrom(file, func(r io.Reader) (jpegInfo, error) { return scanJPEG(r), nil })
	if err != nil {
		return nil, fmt.Errorf("decode image: %w", err)
	}
	perPixel := int64(3)
	if found.progressive {
		perPixel = 15 // coefficients of three components
	}
	tooLarge := !affordable(config, perPixel)
	if preview := found.decodePreview(); preview != nil {
		part := sameShape(preview.Bounds(), config.Width, config.Height)
		if tooLarge || config.Width*config.Height > previewPixels || min(part.Dx(), part.Dy()) >= side {
			return square(preview, part, side, found.orientation), nil
		}
	}
	if tooLarge {
		return nil, errSize
	}
	whole, err := readFrom(file, jpeg.Decode)
	if err != nil {
		return nil, fmt.Errorf("decode image: %w", err)
	}
	return square(whole, whole.Bounds(), side, found.orientation), nil
}

// affordable reports whether an image of these dimensions can be decoded.
func affordable(config image.Config, bytesPerPixel int64) bool {
	return config.Width > 0 && config.Height > 0 && int64(config.Width) <= maxDecoded/bytesPerPixel/int64(config.Height)
}

// bytesPerPixel returns how much a decoded pixel needs.
func bytesPerPixel(model color.Model) int64 {
	if _, paletted := model.(color.Palette); paletted {
		return 2 // with what decoders of interlaced images need
	}
	switch model {
	case color.GrayModel:
		return 2
	case color.Gray16Model:
		return 4
	case color.RGBA64Model, color.NRGBA64Model:
		return 16
	default:
		return 8
	}
}

// format is a format of images.
type format struct {
	magic  string // at the beginning of a file; "?" is any byte
	jpeg   bool
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

var formats = []format{
	{"\x89PNG\r\n\x1a\n", false, png.DecodeConfig, png.Decode},
	{"\xff\xd8\xff", true, jpeg.DecodeConfig, jpeg.Decode},
	{"GIF8", false, gif.DecodeConfig, gif.Decode},
	{"RIFF????WEBP", false, webp.DecodeConfig, webp.Decode},
}

func formatOf(file io.ReadSeeker) (format, error) {
	start, err := readFrom(file, func(r io.Reader) ([]byte, error) {
		start := make([]byte, 12)
		n, err := io.ReadFull(r, start)
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			err = nil
		}
		return start[:n], err
	})
	if err != nil {
		return format{}, fmt.Errorf("decode image: %w", err)
	}
	for _, f := range formats {
		if matches(f.magic, start) {
			return f, nil
		}
	}
	return format{}, errFormat
}

func matches(magic string, start []byte) bool {
	if len(start) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if magic[i] != '?' && magic[i] != start[i] {
			return false
		}
	}
	return true
}

// readFrom calls read with the file from its beginning.
func readFrom[T any](file io.ReadSeeker, read func(io.Reader) (T, error)) (T, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		var none T
		return none, err
	}
	return read(bufio.NewReader(file))
}

// sameShape returns the middle part of a rectangle in the shape of width by height: cameras
// fill previews of another shape with black.
func sameShape(r image.Rectangle, width, height int) image.Rectangle {
	if w := r.Dy() * width / max(height, 1); w > 0 && w < r.Dx() {
		x := r.Min.X + (r.Dx()-w)/2
		return image.Rect(x, r.Min.Y, x+w, r.Max.Y)
	}
	if h := r.Dx() * height / max(width, 1); h > 0 && h < r.Dy() {
		y := r.Min.Y + (r.Dy()-h)/2
		return image.Rect(r.Min.X, y, r.Max.X, y+h)
	}
	return r
}

// square returns the middle square of a part of an image, upright, and not larger than it is.
func square(whole image.Image, part image.Rectangle, side, orientation int) *image.RGBA {
	crop := min(part.Dx(), part.Dy())
	at := part.Min.Add(image.Pt((part.Dx()-crop)/2, (part.Dy()-crop)/2))
	side = min(side, crop)
	small := image.NewRGBA(image.Rect(0, 0, side, side))
	draw.BiLinear.Scale(small, small.Bounds(), whole, image.Rectangle{Min: at, Max: at.Add(image.Pt(crop, crop))}, draw.Src, nil)
	return upright(small, orientation)
}

// upright returns a square image in its orientation, a value of the tag Orientation of EXIF
// (CIPA DC-008, 4.6.5.1.1).
func upright(from *image.RGBA, orientation int) *image.RGBA {
	if orientation < 2 || orientation > 8 {
		return from
	}
	side := from.Bounds().Dx()
	last := side - 1
	to := image.NewRGBA(from.Bounds())
	for y := range side {
		for x := range side {
			a, b := x, y
			switch orientation {
			case 2:
				a = last - x
			case 3:
				a, b = last-x, last-y
			case 4:
				b = last - y
			case 5:
				a, b = y, x
			case 6:
				a, b = y, last-x
			case 7:
				a, b = last-y, last-x
			case 8:
				a, b = last-y, x
			}
			to.SetRGBA(x, y, from.RGBAAt(a, b))
		}
	}
	return to
}
