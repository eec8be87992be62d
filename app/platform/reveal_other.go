//go:build !linux && !windows && !darwin

package platform

import (
	"context"
	"errors"
)

// Reveal says that there is no file manager to ask on this system.
func Reveal(context.Context, string) error { return errors.New("reveal file: not on this system") }
