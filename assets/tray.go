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

// The tray icons have a background of medium brightness, because the panel can be
// light or dark. The symbol and the colour show the state.
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

// TrayIdle returns the tray icon for no unfinished uploads.
func TrayIdle() fyne.Resource { return fyne.NewStaticResource("tray-idle.png", trayIdle) }

// TrayActive returns the tray icon for active uploads, with their progress in
// eighths.
func TrayActive(eighths int) fyne.Resource {
	return fyne.NewStaticResource(fmt.Sprintf("tray-active-%d.png", eighths), withProgress(trayActive, eighths))
}

// TrayPaused returns the tray icon for uploads paused by the user.
func TrayPaused() fyne.Resource { return fyne.NewStaticResource("tray-paused.png", trayPaused) }

// TrayAttention returns the tray icon for uploads that need attention.
func TrayAttention() fyne.Resource {
	return fyne.NewStaticResource("tray-attention.png", trayAttention)
}

// The background of the active icon, below and above the level of the progress.
var (
	doneColor      = color.NRGBA{0x0E, 0x84, 0x99, 0xFF}
	remainingColor = color.NRGBA{0x08, 0x3E, 0x4A, 0xFF}
)

// withProgress returns a PNG image with the background above the level of the
// progress darkened. If the image cannot be decoded, it is returned unchanged.
func withProgress(icon []byte, eighths int) []byte {
	source, err := png.Decode(bytes.NewReader(icon))
	if err != nil {
		return icon
	}
	target := image.NewNRGBA(image.Rect(0, 0, source.Bounds().Dx(), source.Bounds().Dy()))
	draw.Draw(target, target.Rect, source, source.Bounds().Min, draw.Src)
	level := target.Rect.Dy() * (8 - min(max(eighths, 0), 8)) / 8
	for y := range level {
		for x := range target.Rect.Dx() {
			target.SetNRGBA(x, y, darken(target.NRGBAAt(x, y)))
		}
	}
	var b bytes.Buffer
	if png.Encode(&b, target) != nil {
		return icon
	}
	return b.Bytes()
}

// darken replaces doneColor by remainingColor in a mix of doneColor and white.
func darken(c color.NRGBA) color.NRGBA {
	white := (int(c.R) - int(doneColor.R)) * 255 / (255 - int(doneColor.R))
	white = min(max(white, 0), 255)
	mix := func(background uint8) uint8 { return uint8((int(background)*(255-white) + 255*white) / 255) } //nolint:gosec // a mean of two bytes
	return color.NRGBA{mix(remainingColor.R), mix(remainingColor.G), mix(remainingColor.B), c.A}
}
