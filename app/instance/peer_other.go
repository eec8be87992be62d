//go:build unix && !linux && !darwin && !freebsd

package instance

import "errors"

// peerUID is not supported on this system.
func peerUID(int) (int64, error) { return 0, errors.ErrUnsupported }
