package bus

import (
	"testing"
	"time"
)

// SetConnectTimeout sets how long a bus may take to accept a connection, until the test ends.
func SetConnectTimeout(t *testing.T, limit time.Duration) {
	t.Helper()
	before := connectTimeout
	connectTimeout = limit
	t.Cleanup(func() { connectTimeout = before })
}

// SetEmitTimeout sets how long a bus may take to read a signal, until the test ends.
func SetEmitTimeout(t *testing.T, limit time.Duration) {
	t.Helper()
	before := emitTimeout
	emitTimeout = limit
	t.Cleanup(func() { emitTimeout = before })
}
