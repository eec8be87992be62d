package platform

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"

	"github.com/godbus/dbus/v5"
)

// imageData is the hint image-data of the Desktop Notifications Specification, with
// the D-Bus signature (iiibiiay).
type imageData struct {
	Width, Height, Stride int32
	Alpha                 bool
	BitsPerSample         int32
	Channels              int32
	Data                  []byte
}

// notificationHints identify the program to the desktop. They contain the icon for a
// desktop on which the program is not installed, unless it is not a valid PNG.
func notificationHints(icon []byte) map[string]dbus.Variant {
	hints := map[string]dbus.Variant{"desktop-entry": dbus.MakeVariant(desktopFile)}
	if decoded, err := png.Decode(bytes.NewReader(icon)); err == nil {
		hints["image-data"] = dbus.MakeVariant(newImageData(decoded))
	}
	return hints
}

func newImageData(from image.Image) imageData {
	pixels := image.NewNRGBA(image.Rect(0, 0, from.Bounds().Dx(), from.Bounds().Dy()))
	draw.Draw(pixels, pixels.Bounds(), from, from.Bounds().Min, draw.Src)
	return imageData{
		Width: int32(pixels.Rect.Dx()), Height: int32(pixels.Rect.Dy()), Stride: int32(pixels.Stride), //nolint:gosec // an icon is small
		Alpha: true, BitsPerSample: 8, Channels: 4, Data: pixels.Pix,
	}
}
