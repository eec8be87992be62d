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
