package main

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/assets"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/list"
	"github.com/ferryapp/ferry/widgets/theme"
)

var scenes = []scene{
	{name: "list-wide", size: fyne.NewSize(960, 660), background: theme.ColorSurface, make: listScene, act: hoverFirstRow},
	{name: "list-narrow", size: fyne.NewSize(480, 660), background: theme.ColorSurface, make: listScene, act: hoverFirstRow},
	{name: "parts", size: fyne.NewSize(960, 360), background: fynetheme.ColorNameBackground, make: partsScene},
	{name: "banner-narrow", size: fyne.NewSize(480, 100), background: fynetheme.ColorNameBackground, make: func() fyne.CanvasObject { return container.NewVBox(banner()) }},
	{name: "empty", size: fyne.NewSize(720, 460), background: theme.ColorSurface, make: emptyScene},
	{name: "icons", size: fyne.NewSize(700, 420), background: theme.ColorSurface, make: iconsScene},
}

// rows is a list.Model of row models.
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

// hoverFirstRow moves the pointer over the pause button of the first row.
func hoverFirstRow(c fyne.Canvas) {
	test.MoveMouse(c, fyne.NewPos(c.Size().Width-60, 30))
}

func banner() fyne.CanvasObject {
	return widgets.NewBanner(widgets.BannerModel{
		Icon: theme.IconRetry, Tone: theme.Active,
		Text:      "3 interrupted uploads, 2.1 of 6.4 GB already uploaded",
		Buttons:   []widgets.BannerButton{{Label: "Resume all"}, {Label: "Review…"}},
		OnDismiss: func() {},
	})
}

func partsScene() fyne.CanvasObject {
	warning := widgets.NewBanner(widgets.BannerModel{
		Icon: theme.IconKey, Tone: theme.Warning,
		Text:    "Studio server requires sign-in. 4 uploads are waiting.",
		Buttons: []widgets.BannerButton{{Label: "Sign in…"}},
	})
	failure := widgets.NewBanner(widgets.BannerModel{Icon: theme.IconError, Tone: theme.Error, Text: "The disk is full. Progress cannot be saved.", OnDismiss: func() {}})
	graph := widgets.NewSpeedGraph()
	graph.Set([]float64{3, 5, 9, 14, 22, 31, 34, 30, 36, 41, 44, 40, 12, 4, 22, 38, 42, 47, 44, 48})
	badges := container.NewHBox(graph, layout.NewSpacer())
	for tone, text := range []string{"Waiting 12", "Active 3", "Done 198", "Needs attention 1", "Failed 2"} {
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
	toasts.NotifyWithAction("Removed 3 uploads", "Undo", nil, nil)
	stack := container.NewVBox(banner(), warning, failure, container.NewPadded(badges), container.NewPadded(buttons), container.NewPadded(entry))
	return container.NewStack(stack, toasts)
}

func emptyScene() fyne.CanvasObject {
	return widgets.NewEmptyState(widgets.EmptyModel{
		Picture: assets.Harbour(),
		Title:   "Drop files or folders here",
		Hint:    "Destination: This computer. Interrupted uploads are resumed automatically.",
		Button:  "Add files…", Icon: theme.IconAdd,
	}, func() {})
}

func iconsScene() fyne.CanvasObject {
	grid := container.NewGridWrap(fyne.NewSize(56, 48))
	for i, name := range theme.IconNames() {
		image := canvas.NewImageFromResource(theme.Tinted(name, theme.Tone(i%5).Color()))
		image.FillMode = canvas.ImageFillContain
		image.SetMinSize(fyne.NewSquareSize(24))
		grid.Add(container.NewCenter(image))
	}
	return grid
}
