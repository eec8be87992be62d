package thumbnails

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"io"
)

// maxPreview is the number of pixels of a preview that is decoded.
const maxPreview = 1 << 20

// jpegInfo is what the segments of a JPEG file say, apart from the dimensions.
type jpegInfo struct {
	progressive bool
	orientation int    // of EXIF; 1 if it is not known
	preview     []byte // a JPEG file in the EXIF data; nil for none
}

// scanJPEG reads the segments before the image data (ITU-T T.81, annex B). It stops at what it
// does not understand.
func scanJPEG(r io.Reader) jpegInfo {
	found := jpegInfo{orientation: 1}
	var marker [2]byte
	if _, err := io.ReadFull(r, marker[:]); err != nil || marker != [2]byte{0xff, 0xd8} {
		return found
	}
	for {
		if _, err := io.ReadFull(r, marker[:]); err != nil || marker[0] != 0xff {
			return found
		}
		for marker[1] == 0xff { // fill bytes
			if _, err := io.ReadFull(r, marker[1:]); err != nil {
				return found
			}
		}
		if marker[1] == 0xda || marker[1] == 0xd9 { // start of scan, end of image
			return found
		}
		var length uint16
		if err := binary.Read(r, binary.BigEndian, &length); err != nil || length < 2 {
			return found
		}
		segment := make([]byte, length-2)
		if _, err := io.ReadFull(r, segment); err != nil {
			return found
		}
		switch marker[1] {
		case 0xc2, 0xc6, 0xca, 0xce: // frames in progressive mode
			found.progressive = true
		case 0xe1: // APP1
			if data, isEXIF := bytes.CutPrefix(segment, []byte("Exif\x00\x00")); isEXIF {
				found.readEXIF(data)
			}
		}
	}
}

// The tags of EXIF that are read (CIPA DC-008, 4.6).
const (
	tagOrientation   = 0x0112
	tagPreview       = 0x0201 // offset of a JPEG file
	tagPreviewLength = 0x0202
)

// readEXIF reads EXIF data, which is a TIFF file with two directories: that of the image, and
// that of the preview.
func (j *jpegInfo) readEXIF(data []byte) {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte("II*\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte("MM\x00*")):
		order = binary.BigEndian
	default:
		return
	}
	if len(data) < 8 {
		return
	}
	image, next := directory(data, order, order.Uint32(data[4:]))
	if o := image[tagOrientation]; o >= 1 && o <= 8 {
		j.orientation = int(o)
	}
	preview, _ := directory(data, order, next)
	at, length := uint64(preview[tagPreview]), uint64(preview[tagPreviewLength])
	if at > 0 && length > 0 && at+length <= uint64(len(data)) {
		j.preview = data[at : at+length]
	}
}

// directory returns the tags of a TIFF directory that have one SHORT or LONG as their value,
// and the offset of the next directory. What is outside of data is left out.
func directory(data []byte, order binary.ByteOrder, at uint32) (tags map[uint16]uint32, next uint32) {
	const entryBytes = 12
	if at == 0 || uint64(at)+2 > uint64(len(data)) {
		return nil, 0
	}
	rest := data[at:]
	count := int(order.Uint16(rest))
	rest = rest[2:]
	tags = make(map[uint16]uint32)
	for range count {
		if len(rest) < entryBytes {
			return tags, 0
		}
		switch tag, kind, n := order.Uint16(rest), order.Uint16(rest[2:]), order.Uint32(rest[4:]); {
		case n == 1 && kind == 3: // SHORT
			tags[tag] = uint32(order.Uint16(rest[8:]))
		case n == 1 && kind == 4: // LONG
			tags[tag] = order.Uint32(rest[8:])
		}
		rest = rest[entryBytes:]
	}
	if len(rest) < 4 {
		return tags, 0
	}
	return tags, order.Uint32(rest)
}

// decodePreview decodes the preview; nil if there is none that can be used.
func (j *jpegInfo) decodePreview() image.Image {
	config, err := jpeg.DecodeConfig(bytes.NewReader(j.preview))
	if err != nil || config.Width <= 0 || config.Height <= 0 || config.Width > maxPreview/config.Height {
		return nil
	}
	preview, err := jpeg.Decode(bytes.NewReader(j.preview))
	if err != nil {
		return nil
	}
	return preview
}
