// Package assets contains the images that are embedded in Ferry: the application
// icon, the tray icons and the illustration of the empty list. They were made for
// Ferry and are under its licence.
//
// The PNG files are rendered from the SVG files by draw.sh. All functions may be
// called from any goroutine.
package assets

import (
	"bytes"
	_ "embed"

	"fyne.io/fyne/v2"
)

//go:generate ./draw.sh

//go:embed icon/512.png
var icon []byte

// Icon returns the application icon, a PNG image of 512 by 512 pixels.
func Icon() fyne.Resource { return fyne.NewStaticResource("ferry.png", icon) }

//go:embed icon/64.png
var smallIcon []byte

// SmallIcon returns the application icon for notifications, a PNG image of 64 by 64
// pixels.
func SmallIcon() []byte { return bytes.Clone(smallIcon) }

//go:embed illustrations/harbour.svg
var harbour []byte

// Harbour returns the illustration of the empty list, an SVG image for light and
// dark backgrounds.
func Harbour() fyne.Resource { return fyne.NewStaticResource("harbour.svg", harbour) }
