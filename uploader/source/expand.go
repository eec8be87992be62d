package source

import (
	"context"
	"io/fs"
	"iter"
	"path"
	"path/filepath"
	"strings"

	"github.com/ferryapp/ferry/uploader/fault"
)

// Options say what Expand leaves out and takes along.
type Options struct {
	// Ignore holds patterns, as path.Match knows them, for the base names of files
	// and folders to pass over in silence. A pattern that is malformed means
	// itself. What was dropped by name is never passed over.
	Ignore []string

	// Hidden takes hidden files and folders along: those whose names begin with a
	// dot, and on Windows those that are marked so. What was dropped by name is
	// never left out.
	Hidden bool

	// FollowFolders walks the folders that links inside a folder point to, each
	// folder once. Links to files are always followed.
	FollowFolders bool
}

// DefaultIgnore lists what desktops leave in folders for themselves.
func DefaultIgnore() []string {
	return []string{".DS_Store", "Thumbs.db", "desktop.ini", "~$*"}
}

// Expand yields the files that roots mean, one by one as they are found: a file
// as itself, a folder as all files under it in the order of their names. A folder is walked once and a file yielded once, however many
// roots lead there by the same name; hard links are files of their own.
//
// What cannot be taken is yielded with its Path, its RelPath and a *fault.Fault,
// and the walk goes on. When ctx ends, its error is the last pair, with a zero
// File. Memory is that of the names in the open folders and of the set of
// folders seen.
func (d Disk) Expand(ctx context.Context, roots []string, options Options) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		w := &walk{
			ctx:     ctx,
			system:  d.reach(),
			options: options,
			yield:   yield,
			folders: make(map[place]bool),
			dropped: make(map[place]bool),
		}
		for _, root := range roots {
			if !w.root(root) {
				return
			}
		}
	}
}

// place tells apart what a walk can come to: a folder by its identity, or by its
// path where the system gives none, and a file by its folder and its name.
type place struct {
	folder Identity
	path   string
}

// walk is the state of one Expand. Its methods return false when the walk is
// over.
type walk struct {
	ctx     context.Context //nolint:containedctx // a walk lives exactly as long as the call that ctx came with
	system  System
	options Options
	yield   func(File, error) bool
	folders map[place]bool // walked, or being walked
	dropped map[place]bool // yielded as a root
}

func (w *walk) root(root string) bool {
	if !w.running() {
		return false
	}
	abs, err := absolute(root)
	if err != nil {
		return w.yield(File{Path: root}, err)
	}
	info, err := w.system.Stat(abs)
	if err != nil {
		return w.yield(File{Path: abs}, Classify(fault.Stat, err))
	}
	if info.IsDir() {
		return w.folder(abs, rootName(abs), info)
	}
	if w.seen(abs) {
		return true
	}
	return w.file(abs, "", info)
}

// seen reports whether the dropped file was yielded before, and remembers it.
func (w *walk) seen(file string) bool {
	folder := filepath.Dir(file)
	info, err := w.system.Stat(folder)
	if err != nil {
		return false
	}
	name := filepath.Base(file)
	where := folderAt(folder, info)
	if w.dropped[where.of(name)] || w.folders[where] && !w.passes(file) {
		return true
	}
	w.dropped[where.of(name)] = true
	return false
}

func (w *walk) folder(folder, rel string, info fs.FileInfo) bool {
	where := folderAt(folder, info)
	if w.folders[where] {
		return true
	}
	w.folders[where] = true
	entries, err := w.system.ReadDir(folder)
	for _, entry := range entries {
		if !w.running() {
			return false
		}
		if w.passes(filepath.Join(folder, entry.Name())) || w.dropped[where.of(entry.Name())] {
			continue
		}
		if !w.entry(filepath.Join(folder, entry.Name()), path.Join(rel, entry.Name()), entry) {
			return false
		}
	}
	if err != nil {
		return w.yield(File{Path: folder, RelPath: rel}, Classify(fault.List, err))
	}
	return true
}

func (w *walk) entry(file, rel string, entry fs.DirEntry) bool {
	info, err := w.system.Stat(file)
	if err != nil {
		return w.yield(File{Path: file, RelPath: rel}, Classify(fault.Stat, err))
	}
	if !info.IsDir() {
		return w.file(file, rel, info)
	}
	if !entry.IsDir() && !w.options.FollowFolders {
		err := fault.Newf(fault.SourceUnsupported, fault.List, "%s is a link to a folder", file)
		return w.yield(File{Path: file, RelPath: rel}, err)
	}
	return w.folder(file, rel, info)
}

func (w *walk) file(file, rel string, info fs.FileInfo) bool {
	seen, err := observe(fault.Stat, file, info)
	if err != nil {
		return w.yield(File{Path: file, RelPath: rel}, err)
	}
	seen.RelPath = rel
	return w.yield(seen, nil)
}

func (w *walk) running() bool {
	if err := w.ctx.Err(); err != nil {
		w.yield(File{}, err)
		return false
	}
	return true
}

// passes reports whether what lies in a folder is left out.
func (w *walk) passes(file string) bool {
	return w.ignores(filepath.Base(file)) || !w.options.Hidden && hidden(file)
}

func (w *walk) ignores(name string) bool {
	for _, pattern := range w.options.Ignore {
		matched, err := path.Match(pattern, name)
		if matched || err != nil && pattern == name {
			return true
		}
	}
	return false
}

func folderAt(folder string, info fs.FileInfo) place {
	if identity := identify(folder, info); identity.Known() {
		return place{folder: identity}
	}
	return place{path: folder + string(filepath.Separator)}
}

// of is the place of the file of that name in the folder at p.
func (p place) of(name string) place {
	return place{folder: p.folder, path: filepath.Join(p.path, name)}
}

// rootName is what the files under a dropped folder call it: its base name, the
// drive or the share for the root of one, and nothing for "/".
func rootName(folder string) string {
	if base := filepath.Base(folder); base != string(filepath.Separator) {
		return base
	}
	volume := path.Base(filepath.ToSlash(filepath.VolumeName(folder)))
	return strings.Trim(volume, ":.")
}
