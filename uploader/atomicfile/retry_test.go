package atomicfile

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestRetryWhile(t *testing.T) {
	busy, denied := errors.New("busy"), errors.New("denied")
	for _, c := range []struct {
		name     string
		results  []error // of the attempts; the last one of all others
		want     error
		attempts int
	}{
		{"success", []error{nil}, nil, 1},
		{"lasting error", []error{denied}, denied, 1},
		{"success after transient errors", []error{busy, busy, nil}, nil, 3},
		{"lasting error after a transient one", []error{busy, denied}, denied, 2},
		{"transient error that lasts", []error{busy}, busy, 11},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin, attempts := time.Now(), 0
				err := retryWhile(func(err error) bool { return errors.Is(err, busy) }, func() error {
					attempts++
					return c.results[min(attempts, len(c.results))-1]
				})
				if !errors.Is(err, c.want) || attempts != c.attempts {
					t.Errorf("%v after %d attempts, want %v after %d", err, attempts, c.want, c.attempts)
				}
				if took := time.Since(begin); took > retryTime {
					t.Errorf("took %v, want at most %v", took, retryTime)
				}
			})
		})
	}
}
