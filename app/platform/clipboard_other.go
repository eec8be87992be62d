//go:build !linux && !windows

package platform

import "context"

// ReadClipboard fails with [ErrNoClipboard]. On this system the toolkit's clipboard is used,
// which has text only.
func ReadClipboard(context.Context) (string, error) { return "", ErrNoClipboard }
