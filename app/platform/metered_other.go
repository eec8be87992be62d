//go:build !linux && !windows

package platform

import "context"

// KnowsMetered reports that this system does not tell whether the network is metered.
const KnowsMetered = false

// WatchMetered returns immediately without calling changed: this system does not report
// whether the network is metered.
func WatchMetered(_ context.Context, changed func(metered bool)) error { return nil }
