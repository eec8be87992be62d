package platform

import (
	"context"
	"errors"
)

// ErrNoChooser is returned when the desktop has no file dialog.
var ErrNoChooser = errors.New("no file dialog on this desktop")

// ChooserOptions holds the options of a file dialog.
type ChooserOptions struct {
	Title        string
	AcceptLabel  string // label of the button that accepts
	ParentWindow string // window in front of which the dialog stays: "x11:1a2b", the format of the XDG portal, or of WindowsHandle; "" for none
}

// Chooser is the system's file dialog. Both methods block until the user closes the
// dialog or ctx is done. They return absolute paths, none when the user cancelled,
// and [ErrNoChooser] if there is no such dialog.
type Chooser interface {
	Files(ctx context.Context, options ChooserOptions) ([]string, error)
	Folders(ctx context.Context, options ChooserOptions) ([]string, error)
}
