package draw_test

import (
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// iconLayout places an icon in the middle, in a size of the theme.
type iconLayout struct{ icon *draw.Icon }

func (l iconLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	l.icon.Place(fyne.NewPos(size.Width/2, size.Height/2), theme.Size(theme.SizeIcon))
}

func (l iconLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// TestIconHasNewColorAndSizeOfTheme: the toolkit lays out what shows an icon before it reads
// the icon again.
func TestIconHasNewColorAndSizeOfTheme(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(theme.New(theme.Dark, 1))
	icon := draw.NewIcon()
	icon.Set(theme.IconFolder, theme.ColorAccent)
	content := container.New(iconLayout{icon}, icon.Object)
	content.Resize(fyne.NewSize(100, 100))
	app.Settings().SetTheme(theme.New(theme.Light, 2))
	content.Refresh()

	want := color.NRGBAModel.Convert(theme.Color(theme.ColorAccent))
	picture := icon.Object.Image
	bounds := picture.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			if color.NRGBAModel.Convert(picture.At(x, y)) == want {
				return
			}
		}
	}
	t.Errorf("no pixel is %v", want)
}
