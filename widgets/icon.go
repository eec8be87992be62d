package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"github.com/ferryapp/ferry/widgets/theme"
)

// icon is one of the theme's icons in one of its colours.
type icon struct {
	image *canvas.Image
	name  theme.IconName
	color fyne.ThemeColorName
}

// newIcon makes an icon that shows nothing yet.
func newIcon() *icon {
	i := &icon{image: &canvas.Image{FillMode: canvas.ImageFillContain}}
	i.image.Hide()
	return i
}

// set changes the icon; an empty name shows none.
func (i *icon) set(name theme.IconName, color fyne.ThemeColorName) {
	if name == i.name && color == i.color {
		return
	}
	i.name, i.color = name, color
	SetVisible(i.image, name != "")
	if name != "" {
		i.image.Resource = theme.Tinted(name, color)
		i.image.Refresh()
	}
}

// place puts the icon into a square with that middle.
func (i *icon) place(middle fyne.Position, size float32) {
	i.image.Resize(fyne.NewSquareSize(size))
	i.image.Move(fyne.NewPos(snap(middle.X-size/2), snap(middle.Y-size/2)))
}
