package platform

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"

	"github.com/godbus/dbus/v5"
)

// noteImage is a picture as the Desktop Notifications Specification sends it: the
// signature is (iiibiiay).
type noteImage struct {
	Width, Height, Stride int32
	Alpha                 bool
	BitsPerSample         int32
	Channels              int32
	Data                  []byte
}

// hints name the program to the desktop, and bring its icon along for a desktop
// on which the program is not installed. An icon that is no PNG is left out.
func hints(icon []byte) map[string]dbus.Variant {
	named := map[string]dbus.Variant{"desktop-entry": dbus.MakeVariant(desktopFile)}
	if drawn, err := png.Decode(bytes.NewReader(icon)); err == nil {
		named["image-data"] = dbus.MakeVariant(imageOf(drawn))
	}
	return named
}

func imageOf(drawn image.Image) noteImage {
	flat := image.NewNRGBA(image.Rect(0, 0, drawn.Bounds().Dx(), drawn.Bounds().Dy()))
	draw.Draw(flat, flat.Bounds(), drawn, drawn.Bounds().Min, draw.Src)
	return noteImage{
		Width: int32(flat.Rect.Dx()), Height: int32(flat.Rect.Dy()), Stride: int32(flat.Stride), //nolint:gosec // an icon's sizes are small
		Alpha: true, BitsPerSample: 8, Channels: 4, Data: flat.Pix,
	}
}
