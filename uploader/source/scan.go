package source

import (
	"cmp"
	"context"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
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

	// Retry decides whether a file or folder that cannot be examined is tried again, after
	// its attempt-th failure (0 for the first), and after which wait. nil: never. The rest
	// is scanned first.
	Retry func(f *fault.Fault, attempt int) (wait time.Duration, again bool)

	// Waits is called with a fault before the scan waits because of it, and with nil when
	// nothing is waited for any more. It may be nil.
	Waits func(*fault.Fault)
}

// DefaultIgnore returns patterns of files that desktops create in folders.
func DefaultIgnore() []string {
	return []string{".DS_Store", "Thumbs.db", "desktop.ini", "~$*"}
}

// Scan yields the files that roots name, as they are found: a file itself, or all files
// in a folder and its subfolders, in the order of [CompareNames] in each. Each folder and
// each file is visited once, even if several roots include it under the same name; hard
// links are different files.
//
// A root may be a link. Links in folders are skipped. If the Disk follows links, they are
// followed after everything else: a linked file has the name of the link, and a folder is
// scanned under the name of a link only if it was not visited before.
//
// A file or folder that cannot be read is yielded with its Path, its RelPath and a
// *fault.Fault, and the scan continues; if the options say so, it is tried again at the
// end and yielded only if that fails. What is skipped because it is a link or another
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
		if !s.followLinks() {
			return
		}
		for len(s.failures) > 0 {
			if !s.retryFailures() || !s.followLinks() {
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

// in returns the entry with that name in the folder. Both paths are clean already.
func (e entry) in(name string) entry {
	separator := string(filepath.Separator)
	if os.IsPathSeparator(e.path[len(e.path)-1]) { // the root
		separator = ""
	}
	next := entry{path: e.path + separator + name, rel: name}
	if e.rel != "" {
		next.rel = e.rel + "/" + name
	}
	return next
}

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

	failures []failure // to be tried again
	attempt  int       // of what is scanned now: how often it failed before
}

// failure is a file or folder that could not be examined and is tried again.
type failure struct {
	fault   *fault.Fault
	attempt int // how often it failed
	wait    time.Duration
	again   func() bool // scans it
}

func (s *scan) followLinks() bool {
	for len(s.links) > 0 {
		next := s.links[0]
		s.links = s.links[1:]
		if !s.running() || !s.roots[next.location] && !s.link(next.entry) {
			return false
		}
	}
	return true
}

// retryFailures tries everything that failed once more, after the longest of the waits.
func (s *scan) retryFailures() bool {
	longest := slices.MaxFunc(s.failures, func(a, b failure) int { return cmp.Compare(a.wait, b.wait) })
	s.waits(longest.fault)
	select {
	case <-time.After(longest.wait):
	case <-s.ctx.Done():
		return s.running()
	}
	failures := s.failures
	s.failures = nil
	for _, f := range failures {
		if s.attempt = f.attempt; !s.running() || !f.again() {
			return false
		}
	}
	s.attempt = 0
	if len(s.failures) == 0 {
		s.waits(nil)
	}
	return true
}

func (s *scan) waits(f *fault.Fault) {
	if s.options.Waits != nil {
		s.options.Waits(f)
	}
}

// postponed reports whether what failed with err is to be tried again, by calling again at
// the end of the scan.
func (s *scan) postponed(op fault.Op, err error, again func() bool) bool {
	f := fault.Of(Classify(op, err))
	if f == nil || s.options.Retry == nil {
		return false
	}
	wait, retry := s.options.Retry(f, s.attempt)
	if retry {
		s.failures = append(s.failures, failure{fault: f, attempt: s.attempt + 1, wait: wait, again: again})
	}
	return retry
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
		return s.failed(entry{path: abs}, fault.Stat, err, func() bool { return s.root(abs) })
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
	again := func() bool { return s.rootFolder(at, ifVisited) }
	folder, err := s.disk.fs().OpenFolder(at.path)
	if err != nil {
		return s.failed(at, fault.List, err, again)
	}
	defer func() { _ = folder.Close() }() // it was only read
	return s.folder(folder, at, ifVisited, again)
}

// folder scans an open folder. again opens it once more and scans it.
func (s *scan) folder(folder Folder, at entry, ifVisited SkipReason, again func() bool) bool {
	info, err := folder.Stat()
	if err != nil {
		return s.failed(at, fault.List, err, again)
	}
	here := locate(at.path, info)
	if s.folders[here] {
		return ifVisited == "" || s.skipped(at, ifVisited)
	}
	names, err := folder.Names()
	if s.postponed(fault.List, err, again) {
		return true
	}
	s.folders[here] = true
	for _, name := range names {
		if !s.running() {
			return false
		}
		next := at.in(name)
		if s.skips(next.path) || s.roots[here.file(name)] {
			continue
		}
		if !s.entry(folder, here.file(name), next) {
			return false
		}
	}
	return err == nil || s.failed(at, fault.List, err, nil)
}

// entry scans a file or folder in an open folder.
func (s *scan) entry(folder Folder, here location, at entry) bool {
	name := filepath.Base(at.path)
	info, err := folder.Lstat(name)
	switch {
	case err != nil:
		return s.failed(at, fault.Stat, err, func() bool { return s.reopen(at) })
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
	again := func() bool { return s.reopen(at) }
	next, err := folder.OpenFolder(name)
	if err != nil {
		return s.failed(at, fault.List, err, again)
	}
	defer func() { _ = next.Close() }() // it was only read
	return s.folder(next, at, "", again)
}

// reopen opens the folder that a file or folder is in, and scans the file or folder. Like
// the first time, it follows no link on the way unless the Disk follows them.
func (s *scan) reopen(at entry) bool {
	again := func() bool { return s.reopen(at) }
	parent, err := s.disk.openFolderOf(File{Path: at.path, RelPath: at.rel})
	if err != nil {
		return s.failed(at, fault.List, err, again)
	}
	defer func() { _ = parent.Close() }() // it was only read
	info, err := parent.Stat()
	if err != nil {
		return s.failed(at, fault.List, err, again)
	}
	return s.entry(parent, locate(filepath.Dir(at.path), info).file(filepath.Base(at.path)), at)
}

// link follows a link in a folder.
func (s *scan) link(at entry) bool {
	info, err := s.disk.fs().Stat(at.path)
	switch {
	case fault.Is(Classify(fault.Stat, err), fault.SourceMissing):
		return s.skipped(at, SkippedUseless)
	case err != nil:
		return s.failed(at, fault.Stat, err, func() bool { return s.link(at) })
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
		return s.failed(at, fault.Stat, err, nil)
	}
	found.RelPath = at.rel
	return s.yield(found, nil)
}

// failed yields the fault of a file or folder, unless it is tried again by calling again;
// nil: it is not.
func (s *scan) failed(at entry, op fault.Op, err error, again func() bool) bool {
	if again != nil && s.postponed(op, err, again) {
		return true
	}
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
	return location{folder: l.folder, path: l.path + name} // path is empty or ends in a separator
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
