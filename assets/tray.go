package assets

import (
	_ "embed"

	"fyne.io/fyne/v2"
)

// The icons of the tray stand on a ground of a middle tone, since nobody can
// know whether a panel is light or dark. What the ferry carries says the state;
// the colour repeats it.
var (
	//go:embed tray/idle.png
	trayIdle []byte
	//go:embed tray/active.png
	trayActive []byte
	//go:embed tray/paused.png
	trayPaused []byte
	//go:embed tray/attention.png
	trayAttention []byte
)

// TrayIdle says that nothing is to be done.
func TrayIdle() fyne.Resource { return fyne.NewStaticResource("tray-idle.png", trayIdle) }

// TrayActive says that something crosses.
func TrayActive() fyne.Resource { return fyne.NewStaticResource("tray-active.png", trayActive) }

// TrayPaused says that everything rests because the user wants it to.
func TrayPaused() fyne.Resource { return fyne.NewStaticResource("tray-paused.png", trayPaused) }

// TrayAttention says that something waits for the user.
func TrayAttention() fyne.Resource {
	return fyne.NewStaticResource("tray-attention.png", trayAttention)
}
