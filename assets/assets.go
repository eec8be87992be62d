// Package assets is the drawings that Ferry carries in its binary: its icon,
// the icons of the tray and the pictures of empty states. They are made for
// Ferry and under its licence.
//
// The SVG files are the originals; draw.sh makes the PNG files from them. What
// is returned here is immutable and may be used from any goroutine.
package assets

import (
	"bytes"
	_ "embed"

	"fyne.io/fyne/v2"
)

//go:generate ./draw.sh

//go:embed icon/512.png
var icon []byte

// Icon is Ferry's own icon, for windows and notices.
func Icon() fyne.Resource { return fyne.NewStaticResource("ferry.png", icon) }

//go:embed icon/64.png
var smallIcon []byte

// SmallIcon is Ferry's own icon as it stands beside a notification: a PNG.
func SmallIcon() []byte { return bytes.Clone(smallIcon) }

//go:embed illustrations/harbour.svg
var harbour []byte

// Harbour is the picture of a list that has nothing in it yet. It stands on
// light and on dark grounds.
func Harbour() fyne.Resource { return fyne.NewStaticResource("harbour.svg", harbour) }
