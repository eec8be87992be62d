//go:build !linux

package platform

import "context"

// HasKeyring reports whether the system has a keyring, which is always true here.
func HasKeyring(context.Context) bool { return true }
