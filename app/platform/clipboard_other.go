//go:build !linux

package platform

import "context"

// Copied fails with [ErrNoClipboard]. On this system the toolkit's clipboard is used,
// which has text only.
func Copied(context.Context) (string, error) { return "", ErrNoClipboard }
