//go:build !linux

package platform

import "context"

// WatchMetered returns immediately without calling changed: this system does not report
// whether the network is metered.
func WatchMetered(_ context.Context, changed func(metered bool)) error { return nil }
