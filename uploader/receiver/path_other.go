//go:build !linux && !windows

package receiver

// maxSystemPath is PATH_MAX of macOS and the BSDs without the zero byte, in bytes.
const maxSystemPath = 1023
