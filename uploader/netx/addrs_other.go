//go:build !linux && !windows

package netx

import (
	"context"
	"errors"
)

// FollowAddrs fails: this system does not report changes of addresses.
func FollowAddrs(context.Context, func()) error { return errors.ErrUnsupported }
