// Package source is what the engine knows of local files: what the operating
// system says of them (Stat), which files a drop means (Expand), and the
// fingerprint by which an earlier upload of the same file is found again.
// Everything comes from metadata; only the content strategy reads bytes. Every
// error it returns is a *fault.Fault of a Source kind or LocalDisk, or the
// context's end.
package source

import (
	"path/filepath"
	"strings"
	"time"
)

// Identity is the operating system's own name for a file: device and inode on
// Unix, volume and file id on Windows. It survives a rename, not a copy. The
// zero value means unknown.
type Identity struct {
	Volume uint64
	Index  uint64
}

// Known reports whether the system gave an identity.
func (i Identity) Known() bool { return i != Identity{} }

// File is one local file as it was seen at one moment. Path is bytes as the
// system gives them, not necessarily UTF-8; it is absolute and clean.
type File struct {
	Path     string
	RelPath  string // with forward slashes, from the dropped folder's own name down; "" for a file dropped alone
	Size     int64  // bytes
	ModTime  time.Time
	Identity Identity
}

// Name is the file's base name.
func (f File) Name() string { return filepath.Base(f.Path) }

// Compact returns the file with RelPath inside of the memory of Path, where it
// mostly is the end of it: names of a million files are most of what is kept of them.
func (f File) Compact() File {
	if strings.HasSuffix(f.Path, f.RelPath) {
		f.RelPath = f.Path[len(f.Path)-len(f.RelPath):]
	}
	return f
}

// Same reports whether two observations are of the same content as far as
// metadata can tell: size, modification time, and identity where both know one.
func (f File) Same(other File) bool {
	if f.Size != other.Size || !f.ModTime.Equal(other.ModTime) {
		return false
	}
	return !f.Identity.Known() || !other.Identity.Known() || f.Identity == other.Identity
}
