//go:build !windows

package instance

import "io"

// OccupyUnaccepted does nothing: it is about named pipes.
func OccupyUnaccepted(string) (io.Closer, error) { return io.NopCloser(nil), nil }
