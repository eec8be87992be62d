package platform

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"strings"
)

// errUnsafePath is the error for a path that another program could take for something else.
var errUnsafePath = errors.New("path is not absolute or not valid")

// Reveal opens the file's folder in the file manager with the file selected, or only the
// folder where the file manager does not support that. Like OpenFolder and OpenFile it takes
// absolute paths only.
func Reveal(ctx context.Context, path string) error {
	if !isSafePath(path) {
		return errUnsafePath
	}
	return reveal(ctx, path)
}

// OpenFolder opens a folder in the file manager.
func OpenFolder(ctx context.Context, dir string) error {
	if !isSafePath(dir) {
		return errUnsafePath
	}
	return openFolder(ctx, dir)
}

// OpenFile opens a file with the default program of its type.
func OpenFile(ctx context.Context, path string) error {
	if !isSafePath(path) {
		return errUnsafePath
	}
	return openFile(ctx, path)
}

// isSafePath reports whether another program takes an argument for a path: it is no option
// and no URL, and does not end its argument on Windows. A path of a database that somebody
// else made may be any text.
func isSafePath(path string) bool {
	invalid := "\x00"
	if runtime.GOOS == "windows" {
		invalid = "\x00\""
	}
	return filepath.IsAbs(path) && !strings.ContainsAny(path, invalid)
}
