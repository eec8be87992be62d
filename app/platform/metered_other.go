//go:build !linux

package platform

import "context"

// WatchMetered tells whether the network is paid for by what goes over it. On this
// system nobody can say.
func WatchMetered(context.Context, func(metered bool)) error { return nil }
