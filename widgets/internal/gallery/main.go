// Command gallery renders the widgets in every state, in the light and the dark
// theme, to PNG files. It needs no display.
//
// Usage:
//
//	gallery DIRECTORY
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
	var errs []error
	for name, mode := range modes {
		app.Settings().SetTheme(theme.New(mode, 1))
		for _, scene := range scenes {
			path := filepath.Join(directory, scene.name+"-"+name+".png")
			errs = append(errs, render(path, scene))
		}
	}
	return errors.Join(errs...)
}

// render writes a PNG file of a scene at two pixels per unit.
func render(path string, s scene) error {
	background := canvas.NewRectangle(theme.Color(s.background))
	c := software.NewCanvas()
	c.SetPadded(false)
	c.SetScale(2)
	c.SetContent(container.NewStack(background, s.make()))
	c.Resize(s.size)
	c.Resize(s.size.AddWidthHeight(0, 1)) // lays out again objects whose height depends on their width
	if s.act != nil {
		s.act(c)
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("create image: %w", err)
	}
	defer file.Close()
	return png.Encode(file, c.Capture())
}

// scene is the content of one image.
type scene struct {
	name       string
	size       fyne.Size
	background fyne.ThemeColorName
	make       func() fyne.CanvasObject
	act        func(fyne.Canvas) // simulates user input before rendering; may be nil
}
