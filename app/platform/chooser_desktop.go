//go:build windows || darwin

package platform

import (
	"context"
	"errors"

	"github.com/ncruces/zenity"
)

// systemChooser shows the dialog of Windows or macOS.
type systemChooser struct{}

// NewChooser returns the system's file dialog.
func NewChooser() Chooser { return systemChooser{} }

func (systemChooser) Files(ctx context.Context, question Question) ([]string, error) {
	return picked(zenity.SelectFileMultiple(zenity.Context(ctx), zenity.Title(question.Title)))
}

func (systemChooser) Folders(ctx context.Context, question Question) ([]string, error) {
	return picked(zenity.SelectFileMultiple(zenity.Context(ctx), zenity.Title(question.Title), zenity.Directory()))
}

func picked(paths []string, err error) ([]string, error) {
	if errors.Is(err, zenity.ErrCanceled) {
		return nil, nil
	}
	return paths, err
}
