package draw

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"github.com/ferryapp/ferry/widgets/theme"
)

// Icon is an icon of the theme in a colour of the theme.
type Icon struct {
	Object *canvas.Image
	Name   theme.IconName // changed by Set only
	color  fyne.ThemeColorName
}

// NewIcon returns an icon that shows nothing.
func NewIcon() *Icon {
	i := &Icon{Object: &canvas.Image{FillMode: canvas.ImageFillContain}}
	i.Object.Hide()
	return i
}

// Set changes the icon. An empty name hides it.
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

// Place centres a square icon of a size on a position.
func (i *Icon) Place(center fyne.Position, size float32) {
	i.Object.Resize(fyne.NewSquareSize(size))
	i.Object.Move(fyne.NewPos(Snap(center.X-size/2), Snap(center.Y-size/2)))
}
