//go:build !linux && !windows && !darwin

package platform

import (
	"context"
	"errors"
)

var errNoFileManager = errors.New("open file manager: not supported on this system")

// reveal is not supported on this system.
func reveal(context.Context, string) error { return errNoFileManager }

// openFolder is not supported on this system.
func openFolder(context.Context, string) error { return errNoFileManager }

// openFile is not supported on this system.
func openFile(context.Context, string) error { return errNoFileManager }
