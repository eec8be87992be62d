package draw

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"github.com/ferryapp/ferry/widgets/theme"
)

// Icon is one of the theme's icons in one of its colours.
type Icon struct {
	Object *canvas.Image
	Name   theme.IconName
	color  fyne.ThemeColorName
}

// NewIcon makes an icon that shows nothing yet.
func NewIcon() *Icon {
	i := &Icon{Object: &canvas.Image{FillMode: canvas.ImageFillContain}}
	i.Object.Hide()
	return i
}

// Set changes the icon; an empty name shows none.
func (i *Icon) Set(name theme.IconName, color fyne.ThemeColorName) {
	if name == i.Name && color == i.color {
		return
	}
	i.Name, i.color = name, color
	SetVisible(i.Object, name != "")
	if name != "" {
		i.Object.Resource = theme.Tinted(name, color)
		i.Object.Refresh()
	}
}

// Place puts the icon into a square with that middle.
func (i *Icon) Place(middle fyne.Position, size float32) {
	i.Object.Resize(fyne.NewSquareSize(size))
	i.Object.Move(fyne.NewPos(Snap(middle.X-size/2), Snap(middle.Y-size/2)))
}
