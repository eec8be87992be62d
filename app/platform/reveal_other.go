//go:build !linux && !windows && !darwin

package platform

import (
	"context"
	"errors"
)

var errNoFileManager = errors.New("show folder: not on this system")

// Reveal says that there is no file manager to ask on this system.
func Reveal(context.Context, string) error { return errNoFileManager }

// OpenFolder says that there is no file manager to ask on this system.
func OpenFolder(context.Context, string) error { return errNoFileManager }

// OpenFile says that there is nothing to open files with on this system.
func OpenFile(context.Context, string) error { return errNoFileManager }
