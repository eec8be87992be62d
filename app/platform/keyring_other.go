//go:build !linux

package platform

import "context"

// HasKeyring reports whether the system has a keyring, as these systems do.
func HasKeyring(context.Context) bool { return true }
