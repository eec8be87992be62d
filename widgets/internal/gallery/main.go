// Command gallery paints the widgets in every state, in the light and in the
// dark, wide and narrow, into PNG files of a directory. It needs no window.
package main

import (
	"errors"
	"fmt"
	"image/png"
	"log"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"

	"github.com/ferryapp/ferry/widgets/theme"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: gallery DIRECTORY")
	}
	if err := run(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func run(directory string) error {
	app := test.NewApp()
	modes := map[string]theme.Mode{"light": theme.Light, "dark": theme.Dark}
	var failures []error
	for name, mode := range modes {
		app.Settings().SetTheme(theme.New(mode, 1))
		for _, scene := range scenes {
			path := filepath.Join(directory, scene.name+"-"+name+".png")
			failures = append(failures, paint(path, scene))
		}
	}
	return errors.Join(failures...)
}

// paint writes a picture of a scene, two pixels for a unit.
func paint(path string, s scene) error {
	ground := canvas.NewRectangle(theme.Color(s.ground))
	c := software.NewCanvas()
	c.SetPadded(false)
	c.SetScale(2)
	c.SetContent(container.NewStack(ground, s.make()))
	c.Resize(s.size)
	c.Resize(s.size.AddWidthHeight(0, 1)) // what depends on its width knows it now
	if s.act != nil {
		s.act(c)
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("create picture: %w", err)
	}
	defer file.Close()
	return png.Encode(file, c.Capture())
}

// scene is one picture.
type scene struct {
	name   string
	size   fyne.Size
	ground fyne.ThemeColorName
	make   func() fyne.CanvasObject
	act    func(fyne.Canvas) // what the user does before the picture is taken
}

const background = fynetheme.ColorNameBackground
