package assets

import (
	"bytes"
	_ "embed"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"

	"fyne.io/fyne/v2"
)

// The icons of the tray stand on a ground of a middle tone, since nobody can
// know whether a panel is light or dark. What the ferry carries says the state;
// the colour repeats it.
var (
	//go:embed tray/idle.png
	trayIdle []byte
	//go:embed tray/active.png
	trayActive []byte
	//go:embed tray/paused.png
	trayPaused []byte
	//go:embed tray/attention.png
	trayAttention []byte
)

// TrayIdle says that nothing is to be done.
func TrayIdle() fyne.Resource { return fyne.NewStaticResource("tray-idle.png", trayIdle) }

// TrayActive says that something crosses, and how much of it has, in eighths: the
// water rises in the icon.
func TrayActive(eighths int) fyne.Resource {
	return fyne.NewStaticResource(fmt.Sprintf("tray-active-%d.png", eighths), flooded(trayActive, eighths))
}

// The ground of the active icon, under water and above it.
var (
	water = color.NRGBA{0x0E, 0x84, 0x99, 0xFF}
	dry   = color.NRGBA{0x08, 0x3E, 0x4A, 0xFF}
)

// flooded is the picture with its ground dry above the water; as it is when it
// cannot be read.
func flooded(drawn []byte, eighths int) []byte {
	picture, err := png.Decode(bytes.NewReader(drawn))
	if err != nil {
		return drawn
	}
	flat := image.NewNRGBA(image.Rect(0, 0, picture.Bounds().Dx(), picture.Bounds().Dy()))
	draw.Draw(flat, flat.Rect, picture, picture.Bounds().Min, draw.Src)
	surface := flat.Rect.Dy() * (8 - min(max(eighths, 0), 8)) / 8
	for y := range surface {
		for x := range flat.Rect.Dx() {
			flat.SetNRGBA(x, y, dried(flat.NRGBAAt(x, y)))
		}
	}
	var b bytes.Buffer
	if png.Encode(&b, flat) != nil {
		return drawn
	}
	return b.Bytes()
}

// dried takes the water out of a colour, which is somewhere between it and white.
func dried(c color.NRGBA) color.NRGBA {
	white := (int(c.R) - int(water.R)) * 255 / (255 - int(water.R))
	mix := func(ground uint8) uint8 { return uint8((int(ground)*(255-white) + 255*white) / 255) } //nolint:gosec // a mean of bytes
	white = min(max(white, 0), 255)
	return color.NRGBA{mix(dry.R), mix(dry.G), mix(dry.B), c.A}
}

// TrayPaused says that everything rests because the user wants it to.
func TrayPaused() fyne.Resource { return fyne.NewStaticResource("tray-paused.png", trayPaused) }

// TrayAttention says that something waits for the user.
func TrayAttention() fyne.Resource {
	return fyne.NewStaticResource("tray-attention.png", trayAttention)
}
