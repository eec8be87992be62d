//go:build !linux && !windows && !darwin

package platform

import (
	"context"
	"errors"
)

var errNoFileManager = errors.New("open file manager: not supported on this system")

// Reveal is not supported on this system.
func Reveal(context.Context, string) error { return errNoFileManager }

// OpenFolder is not supported on this system.
func OpenFolder(context.Context, string) error { return errNoFileManager }

// OpenFile is not supported on this system.
func OpenFile(context.Context, string) error { return errNoFileManager }
