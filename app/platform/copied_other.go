//go:build !linux

package platform

import "context"

// Copied returns what is on the clipboard, for ParseCopied. Here the toolkit's
// clipboard has to do, which knows texts alone.
func Copied(context.Context) (string, error) { return "", ErrNoClipboard }
