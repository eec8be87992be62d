package scan

import "path/filepath"

// PathSet is a set of absolute paths, of which there may be hundreds of thousands.
type PathSet struct {
	paths map[string]bool
	above map[string]bool // the folders that the paths are in
}

// NewPathSet returns the set of some paths.
func NewPathSet(paths []string) PathSet {
	s := PathSet{paths: make(map[string]bool, len(paths)), above: map[string]bool{}}
	for _, path := range paths {
		s.paths[path] = true
		for at := filepath.Dir(path); !s.above[at]; at = filepath.Dir(at) {
			s.above[at] = true
		}
	}
	return s
}

// Contains reports whether the path itself is in the set.
func (s PathSet) Contains(path string) bool { return s.paths[path] }

// Overlaps reports whether the path, a folder that it is in, or something in it is in
// the set.
func (s PathSet) Overlaps(path string) bool {
	if s.above[path] {
		return true
	}
	for at := path; ; at = filepath.Dir(at) {
		if s.paths[at] {
			return true
		}
		if at == filepath.Dir(at) {
			return false
		}
	}
}
