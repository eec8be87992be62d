package netx_test

import (
	"context"
	"errors"
	"testing"

	"github.com/ferryapp/ferry/uploader/netx"
)

func TestFollowingAddressesEndsWithTheContext(t *testing.T) {
	for range 3 { // the system frees what it needs for each
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- netx.FollowAddrs(ctx, func() {}) }()
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, errors.ErrUnsupported) {
			t.Error(err)
		}
	}
}
