package main

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/assets"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/list"
	"github.com/ferryapp/ferry/widgets/theme"
)

var scenes = []scene{
	{name: "list-wide", size: fyne.NewSize(960, 660), ground: theme.ColorSurface, make: listScene, act: point},
	{name: "list-narrow", size: fyne.NewSize(480, 660), ground: theme.ColorSurface, make: listScene, act: point},
	{name: "parts", size: fyne.NewSize(960, 360), ground: background, make: parts},
	{name: "banner-narrow", size: fyne.NewSize(480, 100), ground: background, make: func() fyne.CanvasObject { return container.NewVBox(banner()) }},
	{name: "empty", size: fyne.NewSize(720, 460), ground: theme.ColorSurface, make: empty},
	{name: "icons", size: fyne.NewSize(700, 420), ground: theme.ColorSurface, make: icons},
}

// rows is a list of the rows that there are in samples.
type rows []widgets.RowModel

func (r rows) Len() int       { return len(r) }
func (r rows) ID(i int) int64 { return int64(i + 1) }
func (r rows) Bind(i int, row fyne.CanvasObject) {
	row.(*widgets.Row).SetModel(r[i])
}

func listScene() fyne.CanvasObject {
	l := list.New(rows(samples), func() fyne.CanvasObject { return widgets.NewRow() })
	l.Refresh()
	l.Select(3)
	return l
}

// point rests the pointer on the pause button of the first row.
func point(c fyne.Canvas) {
	test.MoveMouse(c, fyne.NewPos(c.Size().Width-60, 30))
}

func banner() fyne.CanvasObject {
	return widgets.NewBanner(widgets.BannerModel{
		Icon: theme.IconRetry, Tone: theme.Active,
		Text:      "3 uploads were interrupted. 2.1 of 6.4 GB is already there.",
		Buttons:   []widgets.BannerButton{{Label: "Resume all"}, {Label: "Review…"}},
		OnDismiss: func() {},
	})
}

func parts() fyne.CanvasObject {
	warning := widgets.NewBanner(widgets.BannerModel{
		Icon: theme.IconKey, Tone: theme.Warning,
		Text:    "Studio server asks for a sign-in. Its 4 uploads go on from where they are.",
		Buttons: []widgets.BannerButton{{Label: "Sign in…"}},
	})
	broken := widgets.NewBanner(widgets.BannerModel{Icon: theme.IconError, Tone: theme.Error, Text: "The disk is full: progress cannot be saved at the moment.", OnDismiss: func() {}})
	graph := widgets.NewSpeedGraph()
	graph.Set([]float64{3, 5, 9, 14, 22, 31, 34, 30, 36, 41, 44, 40, 12, 4, 22, 38, 42, 47, 44, 48})
	badges := container.NewHBox(graph, layout.NewSpacer())
	for tone, text := range []string{"Waiting 12", "Active 3", "Done 198", "Needs you 1", "Failed 2"} {
		badges.Add(container.NewCenter(widgets.NewBadge(text, theme.Tone(tone))))
	}
	buttons := container.NewHBox()
	for _, importance := range []widget.Importance{widget.MediumImportance, widget.HighImportance, widget.LowImportance, widget.DangerImportance} {
		button := widget.NewButtonWithIcon("Add files", theme.Icon(theme.IconAdd), nil)
		button.Importance = importance
		buttons.Add(button)
	}
	disabled := widget.NewButtonWithIcon("Pause all", theme.Icon(theme.IconPause), nil)
	disabled.Disable()
	entry := widget.NewEntry()
	entry.SetPlaceHolder("Search 搜索")
	buttons.Add(disabled)
	toasts := widgets.NewToasts()
	toasts.Offer("Removed 3 uploads", "Undo", nil, nil)
	stack := container.NewVBox(banner(), warning, broken, container.NewPadded(badges), container.NewPadded(buttons), container.NewPadded(entry))
	return container.NewStack(stack, toasts)
}

func empty() fyne.CanvasObject {
	return widgets.NewEmptyState(widgets.EmptyModel{
		Picture: assets.Harbour(),
		Title:   "Drop files or folders here",
		Hint:    "They go across to This computer, and carry on by themselves after any interruption.",
		Button:  "Add files…", Icon: theme.IconAdd,
	}, func() {})
}

func icons() fyne.CanvasObject {
	grid := container.NewGridWrap(fyne.NewSize(56, 48))
	for i, name := range theme.IconNames() {
		image := canvas.NewImageFromResource(theme.Tinted(name, theme.Tone(i%5).Color()))
		image.FillMode = canvas.ImageFillContain
		image.SetMinSize(fyne.NewSquareSize(24))
		grid.Add(container.NewCenter(image))
	}
	return grid
}
