package draw

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"github.com/ferryapp/ferry/widgets/theme"
)

// Icon is an icon of the theme in a colour of the theme.
type Icon struct {
	Object *canvas.Image
	Name   theme.IconName // changed by Set only
	color  fyne.ThemeColorName
	drawn  color.Color // of color, when the toolkit last read the icon
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
		i.refresh()
	}
}

// refresh makes the toolkit read the icon in its present colour.
func (i *Icon) refresh() {
	i.drawn = theme.Color(i.color)
	i.Object.Refresh()
}

// Place centres a square icon of a size on a position. After a change of the theme it reads the
// icon again before it changes the size: the toolkit draws an icon of another size in the colour
// in which it read it, and caches that for all icons of this name (2.8.1, Image.Resize).
func (i *Icon) Place(center fyne.Position, size float32) {
	if i.Name != "" && i.drawn != theme.Color(i.color) {
		i.refresh()
	}
	i.Object.Resize(fyne.NewSquareSize(size))
	i.Object.Move(fyne.NewPos(Snap(center.X-size/2), Snap(center.Y-size/2)))
}
