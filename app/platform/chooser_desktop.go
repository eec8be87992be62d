//go:build windows || darwin

package platform

import (
	"context"
	"errors"

	"github.com/ncruces/zenity"
)

// systemChooser shows the file dialog of Windows or macOS.
type systemChooser struct{}

// NewChooser returns the system's file dialog.
func NewChooser() Chooser { return systemChooser{} }

func (systemChooser) Files(ctx context.Context, options ChooserOptions) ([]string, error) {
	return selectMultiple(ctx, append(ownerOf(options), zenity.Title(options.Title))...)
}

func (systemChooser) Folders(ctx context.Context, options ChooserOptions) ([]string, error) {
	return selectMultiple(ctx, append(ownerOf(options), zenity.Title(options.Title), zenity.Directory())...)
}

// ownerOf returns the option for the window in front of which the dialog stays; none on
// macOS.
func ownerOf(options ChooserOptions) []zenity.Option {
	window, ok := windowOf(options.ParentWindow)
	if !ok {
		return nil
	}
	return []zenity.Option{zenity.Attach(window)}
}

func selectMultiple(ctx context.Context, options ...zenity.Option) ([]string, error) {
	var paths []string
	err := guard(func() (err error) {
		paths, err = zenity.SelectFileMultiple(append(options, zenity.Context(ctx))...)
		return err
	})
	if errors.Is(err, zenity.ErrCanceled) {
		return nil, nil
	}
	return paths, err
}
