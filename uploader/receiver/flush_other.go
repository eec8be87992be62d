//go:build !linux

package receiver

import "os"

// flush leaves it to the system when to write.
func flush(*os.File, int64, int64) {}
