package source

import (
	"context"
	"io/fs"
	"iter"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
)

// ScanOptions are the options of [Disk.Scan]. They do not apply to roots.
type ScanOptions struct {
	// Ignore is patterns, in the syntax of path.Match, of base names of files and folders
	// to skip. A malformed pattern matches itself.
	Ignore []string

	// Hidden includes hidden files and folders: those whose names begin with a dot, and
	// on Windows those with the hidden attribute.
	Hidden bool

	// FollowLinks follows links to folders inside folders, each folder once. Links to
	// files are always followed.
	FollowLinks bool
}

// DefaultIgnore returns patterns of files that desktops create in folders.
func DefaultIgnore() []string {
	return []string{".DS_Store", "Thumbs.db", "desktop.ini", "~$*"}
}

// Scan yields the files that roots name, as they are found: a file itself, or all files
// in a folder and its subfolders, sorted by name in each. Each folder and each file is
// visited once, even if several roots include it under the same name; hard links are
// different files.
//
// A file or folder that cannot be read is yielded with its Path, its RelPath and a
// *fault.Fault, and the scan continues. If ctx ends, the last pair is a zero File and the
// context's error. Memory grows with the names in the open folders and the number of
// folders visited.
func (d Disk) Scan(ctx context.Context, roots []string, options ScanOptions) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		s := &scan{
			ctx:     ctx,
			system:  d.fs(),
			options: options,
			yield:   yield,
			folders: make(map[location]bool),
			roots:   make(map[location]bool),
		}
		for _, root := range roots {
			if !s.root(root) {
				return
			}
		}
	}
}

// location identifies a folder by its identity, or by its path if it has none, and a file
// by its folder and its name.
type location struct {
	folder Identity
	path   string
}

// scan is the state of one scan. Its methods return false when the scan has ended.
type scan struct {
	ctx     context.Context //nolint:containedctx // a scan lives as long as the call that got ctx
	system  FileSystem
	options ScanOptions
	yield   func(File, error) bool
	folders map[location]bool // visited, or being visited
	roots   map[location]bool // files yielded as roots
}

func (s *scan) root(root string) bool {
	if !s.running() {
		return false
	}
	abs, err := absolute(root)
	if err != nil {
		return s.yield(File{Path: root}, err)
	}
	info, err := s.system.Stat(abs)
	if err != nil {
		return s.yield(File{Path: abs}, Classify(fault.Stat, err))
	}
	if info.IsDir() {
		return s.folder(abs, rootName(abs), info)
	}
	if s.visited(abs) {
		return true
	}
	return s.file(abs, "", info)
}

// visited reports whether a root that is a file was yielded before, and records it.
func (s *scan) visited(file string) bool {
	folder := filepath.Dir(file)
	info, err := s.system.Stat(folder)
	if err != nil {
		return false
	}
	name := filepath.Base(file)
	at := locate(folder, info)
	if s.roots[at.file(name)] || s.folders[at] && !s.skips(file) {
		return true
	}
	s.roots[at.file(name)] = true
	return false
}

func (s *scan) folder(folder, rel string, info fs.FileInfo) bool {
	at := locate(folder, info)
	if s.folders[at] {
		return true
	}
	s.folders[at] = true
	entries, err := s.readDir(folder)
	for _, entry := range entries {
		if !s.running() {
			return false
		}
		if s.skips(filepath.Join(folder, entry.Name())) || s.roots[at.file(entry.Name())] {
			continue
		}
		if !s.entry(filepath.Join(folder, entry.Name()), path.Join(rel, entry.Name()), entry) {
			return false
		}
	}
	if err != nil {
		return s.yield(File{Path: folder, RelPath: rel}, Classify(fault.List, err))
	}
	return true
}

const (
	maxListTries = 30 // of a folder while this computer has no more open files
	listDelay    = time.Second
)

// readDir lists a folder. While the system has no more open files, it waits.
func (s *scan) readDir(folder string) ([]fs.DirEntry, error) {
	for try := 1; ; try++ {
		entries, err := s.system.ReadDir(folder)
		if !fault.IsExhausted(err) || try == maxListTries {
			return entries, err
		}
		select {
		case <-time.After(listDelay):
		case <-s.ctx.Done():
			return nil, s.ctx.Err()
		}
	}
}

func (s *scan) entry(file, rel string, entry fs.DirEntry) bool {
	info, err := s.system.Stat(file)
	if err != nil {
		return s.yield(File{Path: file, RelPath: rel}, Classify(fault.Stat, err))
	}
	if !info.IsDir() {
		return s.file(file, rel, info)
	}
	if !entry.IsDir() && !s.options.FollowLinks {
		err := fault.Newf(fault.SourceUnsupported, fault.List, "%s is a link to a folder", file)
		return s.yield(File{Path: file, RelPath: rel}, err)
	}
	return s.folder(file, rel, info)
}

func (s *scan) file(file, rel string, info fs.FileInfo) bool {
	found, err := newFile(fault.Stat, file, info)
	if err != nil {
		return s.yield(File{Path: file, RelPath: rel}, err)
	}
	found.RelPath = rel
	return s.yield(found, nil)
}

func (s *scan) running() bool {
	if err := s.ctx.Err(); err != nil {
		s.yield(File{}, err)
		return false
	}
	return true
}

// skips reports whether the options exclude a file or folder.
func (s *scan) skips(file string) bool {
	return s.ignores(filepath.Base(file)) || !s.options.Hidden && hidden(file)
}

func (s *scan) ignores(name string) bool {
	for _, pattern := range s.options.Ignore {
		matched, err := path.Match(pattern, name)
		if matched || err != nil && pattern == name {
			return true
		}
	}
	return false
}

func locate(folder string, info fs.FileInfo) location {
	if identity := identify(folder, info); identity.Known() {
		return location{folder: identity}
	}
	return location{path: folder + string(filepath.Separator)}
}

// file returns the location of the file with that name in the folder at l.
func (l location) file(name string) location {
	return location{folder: l.folder, path: filepath.Join(l.path, name)}
}

// rootName returns the first element of the RelPath of files in a root: the folder's base
// name, the drive or share if it is the root of one, and "" for "/".
func rootName(folder string) string {
	if base := filepath.Base(folder); base != string(filepath.Separator) {
		return base
	}
	volume := path.Base(filepath.ToSlash(filepath.VolumeName(folder)))
	return strings.Trim(volume, ":.")
}
