package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/systray"

	"github.com/ferryapp/ferry/app/platform"
)

// native is the operating system Ferry runs on.
func native(toolkit fyne.App) system {
	send := func(title, body string) { toolkit.SendNotification(fyne.NewNotification(title, body)) }
	return system{
		hasTray:    platform.HasTray,
		reveal:     platform.Reveal,
		openFolder: platform.OpenFolder,
		chooser:    platform.NewChooser(),
		notifier:   platform.NewNotifier("Ferry", send),
		tooltip:    systray.SetTooltip,
	}
}
