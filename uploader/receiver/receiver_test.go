package receiver_test

import (
	"context"
	"testing"

	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/uploader/receiver"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start serves dir until the test ends.
func start(tb testing.TB, dir string) *receiver.Receiver {
	tb.Helper()
	r, stop := startOnce(tb, dir)
	tb.Cleanup(stop)
	return r
}

// startOnce serves dir until stop is called.
func startOnce(tb testing.TB, dir string) (r *receiver.Receiver, stop func()) {
	tb.Helper()
	r, err := receiver.Open(receiver.Config{Dir: dir})
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error)
	go func() { served <- r.Serve(ctx) }()
	return r, func() {
		cancel()
		if err := <-served; err != nil {
			tb.Error(err)
		}
	}
}
