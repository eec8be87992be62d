package app

import (
	"image"
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/preferences"
	"github.com/ferryapp/ferry/widgets/theme"
)

// minTextContrast is that of WCAG 2.2, success criterion 1.4.3.
const minTextContrast = 4.5

// TestTextsHaveContrast measures, in pictures of the window and its dialogs, the contrast of every
// text with what is behind it. Texts of disabled controls need none.
func TestTextsHaveContrast(t *testing.T) {
	for modeName, mode := range map[string]theme.Mode{"light": theme.Light, "dark": theme.Dark} {
		for name, open := range map[string]func(*testWindow){
			"window":     func(*testWindow) {},
			"selection":  func(s *testWindow) { s.window.list.Rows.SelectAll() },
			"details":    func(s *testWindow) { s.window.openTransfer(5) },
			"message":    func(s *testWindow) { s.window.toasts.NotifyWithAction("Removed 3 uploads", "Undo", func() {}, nil) },
			"decisions":  func(s *testWindow) { s.decisions.show(0) },
			"settings":   func(s *testWindow) { s.preferences.OpenSection(preferences.SectionTransfers) },
			"new server": func(s *testWindow) { s.servers.Add() },
			"restore":    func(s *testWindow) { s.backups.confirm(Backup{Transfers: 120}, "/home/ada/ferry.db") },
			"history":    openOldHistory,
		} {
			t.Run(name+" "+modeName, func(t *testing.T) {
				s := startWindow(t, pendingEngine())
				apptest.ApplyTheme(t, mode, 1)
				open(s)
				next := *s.engine.Snapshot()
				s.publish(&next)
				c := s.window.window.Canvas()
				root := c.Content()
				if top := c.Overlays().Top(); top != nil {
					root = top // which shades what is below
				}
				texts := 0
				picture := c.Capture()
				walkTexts(t, root, fyne.Position{}, picture.Bounds(), func(text *canvas.Text, area image.Rectangle) {
					if text.Color == theme.Color(fynetheme.ColorNameDisabled) {
						return
					}
					texts++
					if got := contrastOf(text.Color, mostFrequent(picture, area)); got < minTextContrast {
						t.Errorf("contrast of %q is %.2f", text.Text, got)
					}
				})
				if texts < 3 {
					t.Errorf("only %d texts were measured", texts)
				}
			})
		}
	}
}

// mostFrequent returns the most frequent colour of an area.
func mostFrequent(picture image.Image, area image.Rectangle) (most color.RGBA) {
	counts := map[color.RGBA]int{}
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			c := color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA)
			counts[c]++
			if counts[c] > counts[most] {
				most = c
			}
		}
	}
	return most
}

// contrastOf returns the contrast of two colours as defined by WCAG 2.2.
func contrastOf(a, b color.Color) float64 {
	light, dark := luminance(a), luminance(b)
	if light < dark {
		light, dark = dark, light
	}
	return (light + 0.05) / (dark + 0.05)
}

func luminance(c color.Color) float64 {
	channel := func(v uint32) float64 {
		x := float64(v) / math.MaxUint16
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	r, g, b, _ := c.RGBA()
	return 0.2126*channel(r) + 0.7152*channel(g) + 0.0722*channel(b)
}

// walkTexts calls f with every text that is visible as a whole, and its area. Clip is what
// scrolling containers show.
func walkTexts(t *testing.T, object fyne.CanvasObject, parent fyne.Position, clip image.Rectangle, f func(*canvas.Text, image.Rectangle)) {
	if object == nil || !object.Visible() {
		return
	}
	at := parent.Add(object.Position())
	area := image.Rect(int(at.X), int(at.Y), int(at.X+object.Size().Width), int(at.Y+object.Size().Height))
	var children []fyne.CanvasObject
	switch o := object.(type) {
	case *canvas.Text:
		if o.Text != "" && !area.Empty() && area.In(clip) {
			f(o, area)
		}
	case *container.Scroll:
		clip = clip.Intersect(area)
		children = test.TempWidgetRenderer(t, o).Objects()
	case *container.Clip:
		clip = clip.Intersect(area)
		children = test.TempWidgetRenderer(t, o).Objects()
	case *fyne.Container:
		children = o.Objects
	case fyne.Widget:
		children = test.TempWidgetRenderer(t, o).Objects()
	}
	for _, child := range children {
		walkTexts(t, child, at, clip, f)
	}
}
