package app

import (
	"image"
	"image/color"
	"math"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/preferences"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// The smallest contrasts are those of WCAG 2.2, success criteria 1.4.3 and 1.4.11.
const (
	minTextContrast = 4.5
	minBarContrast  = 3
)

// TestTextsAndBarsHaveContrast measures, in pictures of the window and its dialogs, the contrast
// of every text with what is behind it, and of what is sent in every bar with the rest of the
// bar. Texts of disabled controls need none.
func TestTextsAndBarsHaveContrast(t *testing.T) {
	for modeName, mode := range map[string]theme.Mode{"light": theme.Light, "dark": theme.Dark} {
		for name, open := range map[string]func(*testWindow){
			"window":     func(*testWindow) {},
			"bars":       showBars,
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
				texts, bars := 0, 0
				picture := c.Capture()
				walkVisible(t, root, fyne.Position{}, picture.Bounds(), func(object fyne.CanvasObject, area image.Rectangle) {
					switch o := object.(type) {
					case *canvas.Text:
						if o.Text == "" || o.Color == theme.Color(fynetheme.ColorNameDisabled) {
							return
						}
						texts++
						if got := contrastOf(o.Color, mostFrequent(picture, area)); got < minTextContrast {
							t.Errorf("contrast of %q is %.2f", o.Text, got)
						}
					case *widgets.Bar:
						sent, rest := endsOf(picture, area)
						if sent == rest {
							return // all or nothing was sent
						}
						bars++
						if got := contrastOf(sent, rest); got < minBarContrast {
							t.Errorf("contrast of the bar at %v is %.2f", area.Min, got)
						}
					}
				})
				if texts < 3 {
					t.Errorf("only %d texts were measured", texts)
				}
				if name == "bars" && bars < 5 {
					t.Errorf("only %d bars were measured", bars)
				}
			})
		}
	}
}

// showBars shows rows of all states, of which most have a bar.
func showBars(s *testWindow) {
	s.engine.Publish(apptest.Snapshot(apptest.EveryState(time.Now())...))
	s.window.window.Resize(fyne.NewSize(startSize.Width, 1300))
}

// endsOf returns the colours of a bar near its left and its right end.
func endsOf(picture image.Image, bar image.Rectangle) (left, right color.Color) {
	const inset = 3 // the ends are round
	y := (bar.Min.Y + bar.Max.Y) / 2
	return picture.At(bar.Min.X+inset, y), picture.At(bar.Max.X-inset, y)
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

// walkVisible calls f with every object that is visible as a whole, and its area. Clip is what
// scrolling containers show.
func walkVisible(t *testing.T, object fyne.CanvasObject, parent fyne.Position, clip image.Rectangle, f func(fyne.CanvasObject, image.Rectangle)) {
	if object == nil || !object.Visible() {
		return
	}
	at := parent.Add(object.Position())
	area := image.Rect(int(at.X), int(at.Y), int(at.X+object.Size().Width), int(at.Y+object.Size().Height))
	if !area.Empty() && area.In(clip) {
		f(object, area)
	}
	var children []fyne.CanvasObject
	switch o := object.(type) {
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
		walkVisible(t, child, at, clip, f)
	}
}
