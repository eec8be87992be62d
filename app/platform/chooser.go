package platform

import (
	"context"
	"errors"
)

// ErrNoChooser says that this desktop offers no file dialog of its own.
var ErrNoChooser = errors.New("no file dialog on this desktop")

// Question is what a file dialog asks for.
type Question struct {
	Title  string
	Accept string // the label of the button that agrees
	Parent string // the window it belongs to, as the XDG portal writes it ("x11:1a2b"); "" for none
}

// Chooser is the system's own file dialog. Both methods block until the user
// has answered or ctx ends; they return absolute paths, none when the user
// cancelled, and ErrNoChooser where there is no such dialog.
type Chooser interface {
	Files(ctx context.Context, question Question) ([]string, error)
	Folders(ctx context.Context, question Question) ([]string, error)
}
