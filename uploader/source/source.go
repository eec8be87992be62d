// Package source reads local files for the engine: what the operating system reports of
// them ([Disk.Stat]), the files that were added ([Disk.Scan]), and the fingerprint by
// which an earlier upload of the same file is found. All of it comes from metadata; only
// the [Content] strategy and proofs read bytes. Every error is a *fault.Fault of a Source
// kind, LocalDisk or Transient (no more open files), or the context's error.
package source

import (
	"cmp"
	"path/filepath"
	"strings"
	"time"
)

// Identity is the operating system's identifier of a file: device and inode on Unix,
// volume and file ID on Windows. A renamed file keeps it, a copy has another. The zero
// value means unknown.
type Identity struct {
	Volume uint64
	Index  uint64
}

// Known reports whether the system gave an identity.
func (i Identity) Known() bool { return i != Identity{} }

// File is the state of a local file at one time. Path is absolute, clean, and need not be
// UTF-8.
type File struct {
	Path     string
	RelPath  string // with slashes, starting with the name of the added folder; "" for a file that was added itself
	Size     int64  // bytes
	ModTime  time.Time
	Identity Identity
}

// Name returns the file's base name.
func (f File) Name() string { return filepath.Base(f.Path) }

// PathIn returns the relative path of the file in a folder on a server: RelPath, or the name
// of a file that was added itself, below the folder. Without a folder it is RelPath.
func (f File) PathIn(folder string) string {
	if folder == "" {
		return f.RelPath
	}
	return folder + "/" + cmp.Or(f.RelPath, f.Name())
}

// Compact returns the file with RelPath in the memory of Path, if it is the end of it.
// With many files, paths take most of the memory.
func (f File) Compact() File {
	if strings.HasSuffix(f.Path, f.RelPath) {
		f.RelPath = f.Path[len(f.Path)-len(f.RelPath):]
	}
	return f
}

// Same reports whether f and other have the same content as far as metadata can tell: by
// size, modification time, and identity if both have one.
func (f File) Same(other File) bool {
	if f.Size != other.Size || !f.ModTime.Equal(other.ModTime) {
		return false
	}
	return !f.Identity.Known() || !other.Identity.Known() || f.Identity == other.Identity
}
