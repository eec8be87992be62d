package platform

import (
	"context"
	"errors"
)

// ErrNoChooser is returned when the desktop has no file dialog.
var ErrNoChooser = errors.New("no file dialog on this desktop")

// Question holds the options of a file dialog.
type Question struct {
	Title  string
	Accept string // label of the button that accepts
	Parent string // parent window in the XDG portal's format ("x11:1a2b"); "" for none
}

// Chooser is the system's file dialog. Both methods block until the user closes the
// dialog or ctx is done. They return absolute paths, none when the user cancelled,
// and [ErrNoChooser] where there is no such dialog.
type Chooser interface {
	Files(ctx context.Context, options Question) ([]string, error)
	Folders(ctx context.Context, options Question) ([]string, error)
}
