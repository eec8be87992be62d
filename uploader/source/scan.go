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
// A root may be a link. Links in folders are skipped. If the Disk follows links, they are
// followed after everything else: a linked file has the name of the link, and a folder is
// scanned under the name of a link only if it was not visited before.
//
// A file or folder that cannot be read is yielded with its Path, its RelPath and a
// *fault.Fault, and the scan continues. What is skipped because it is a link or another
// file that is not regular is yielded in the same way, with a *[Skipped]; a root is not
// skipped. If ctx ends, the last pair is a zero File and the context's error.
//
// A folder is listed, and its entries are examined, through its open handle, so that a
// link that replaces a folder during the scan is not followed. Memory grows with the names
// in the open folders and the number of folders visited.
func (d Disk) Scan(ctx context.Context, roots []string, options ScanOptions) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		s := &scan{
			ctx:     ctx,
			disk:    d,
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
		for len(s.links) > 0 {
			next := s.links[0]
			s.links = s.links[1:]
			if !s.running() || !s.roots[next.location] && !s.link(next.entry) {
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

// entry is a file or folder in a root.
type entry struct{ path, rel string }

// link is an entry that is a link.
type link struct {
	entry
	location
}

// scan is the state of one scan. Its methods return false when the scan has ended.
type scan struct {
	ctx     context.Context //nolint:containedctx // a scan lives as long as the call that got ctx
	disk    Disk
	options ScanOptions
	yield   func(File, error) bool
	folders map[location]bool // visited, or being visited
	roots   map[location]bool // names of roots
	links   []link            // to be followed
}

func (s *scan) root(root string) bool {
	if !s.running() {
		return false
	}
	abs, err := absolute(root)
	if err != nil {
		return s.yield(File{Path: root}, err)
	}
	info, err := s.disk.fs().Stat(abs)
	if err != nil {
		return s.yield(File{Path: abs}, Classify(fault.Stat, err))
	}
	if s.visited(abs) {
		return true
	}
	if info.IsDir() {
		return s.rootFolder(entry{abs, rootName(abs)}, "")
	}
	return s.file(entry{path: abs}, info)
}

// visited reports whether a root was visited before, and records it.
func (s *scan) visited(root string) bool {
	parent := filepath.Dir(root)
	info, err := s.disk.fs().Stat(parent)
	if err != nil {
		return false
	}
	name := filepath.Base(root)
	at := locate(parent, info)
	if s.roots[at.file(name)] || s.folders[at] && !s.skips(root) && s.isRegular(parent, name) {
		return true
	}
	s.roots[at.file(name)] = true
	return false
}

// isRegular reports whether a scan of a folder yields the file of that name.
func (s *scan) isRegular(parent, name string) bool {
	folder, err := s.disk.fs().OpenFolder(parent)
	if err != nil {
		return false
	}
	defer func() { _ = folder.Close() }() // it was only read
	info, err := folder.Lstat(name)
	return err == nil && info.Mode().IsRegular()
}

// rootFolder scans a folder by its path, which may be a link. If it was visited before,
// it is skipped for that reason; "" for silently.
func (s *scan) rootFolder(at entry, ifVisited SkipReason) bool {
	var folder Folder
	err := s.whileExhausted(func() (err error) {
		folder, err = s.disk.fs().OpenFolder(at.path)
		return err
	})
	if err != nil {
		return s.failed(at, fault.List, err)
	}
	defer func() { _ = folder.Close() }() // it was only read
	return s.folder(folder, at, ifVisited)
}

// folder scans an open folder.
func (s *scan) folder(folder Folder, at entry, ifVisited SkipReason) bool {
	info, err := folder.Stat()
	if err != nil {
		return s.failed(at, fault.List, err)
	}
	here := locate(at.path, info)
	if s.folders[here] {
		return ifVisited == "" || s.skipped(at, ifVisited)
	}
	s.folders[here] = true
	var names []string
	err = s.whileExhausted(func() (err error) {
		names, err = folder.Names()
		return err
	})
	for _, name := range names {
		if !s.running() {
			return false
		}
		next := entry{filepath.Join(at.path, name), path.Join(at.rel, name)}
		if s.skips(next.path) || s.roots[here.file(name)] {
			continue
		}
		if !s.entry(folder, here.file(name), next) {
			return false
		}
	}
	return err == nil || s.failed(at, fault.List, err)
}

const (
	maxListTries = 30 // of a folder while this computer has no more open files
	listDelay    = time.Second
)

// whileExhausted calls list. While the system has no more open files, it waits and calls
// it again.
func (s *scan) whileExhausted(list func() error) error {
	for try := 1; ; try++ {
		err := list()
		if !fault.IsExhausted(err) || try == maxListTries {
			return err
		}
		select {
		case <-time.After(listDelay):
		case <-s.ctx.Done():
			return s.ctx.Err()
		}
	}
}

// entry scans a file or folder in an open folder.
func (s *scan) entry(folder Folder, here location, at entry) bool {
	name := filepath.Base(at.path)
	info, err := folder.Lstat(name)
	switch {
	case err != nil:
		return s.failed(at, fault.Stat, err)
	case isLink(info) && s.disk.followLinks:
		s.links = append(s.links, link{at, here})
		return true
	case isLink(info):
		return s.skipped(at, SkippedLink)
	case info.IsDir():
		return s.subfolder(folder, name, at)
	case !info.Mode().IsRegular():
		return s.skipped(at, SkippedSpecial)
	default:
		return s.file(at, info)
	}
}

func (s *scan) subfolder(folder Folder, name string, at entry) bool {
	var next Folder
	err := s.whileExhausted(func() (err error) {
		next, err = folder.OpenFolder(name)
		return err
	})
	if err != nil {
		return s.failed(at, fault.List, err)
	}
	defer func() { _ = next.Close() }() // it was only read
	return s.folder(next, at, "")
}

// link follows a link in a folder.
func (s *scan) link(at entry) bool {
	info, err := s.disk.fs().Stat(at.path)
	switch {
	case fault.Is(Classify(fault.Stat, err), fault.SourceMissing):
		return s.skipped(at, SkippedUseless)
	case err != nil:
		return s.failed(at, fault.Stat, err)
	case info.IsDir():
		return s.rootFolder(at, SkippedUseless)
	case !info.Mode().IsRegular():
		return s.skipped(at, SkippedSpecial)
	default:
		return s.file(at, info)
	}
}

func (s *scan) file(at entry, info fs.FileInfo) bool {
	found, err := newFile(fault.Stat, at.path, info)
	if err != nil {
		return s.failed(at, fault.Stat, err)
	}
	found.RelPath = at.rel
	return s.yield(found, nil)
}

func (s *scan) failed(at entry, op fault.Op, err error) bool {
	return s.yield(File{Path: at.path, RelPath: at.rel}, Classify(op, err))
}

func (s *scan) skipped(at entry, reason SkipReason) bool {
	return s.yield(File{Path: at.path, RelPath: at.rel}, &Skipped{Path: at.path, Reason: reason})
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
