package endtoend_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// files remembers what every file of a storm held at any time, so that what a
// server has can be held against the very state of the file that was declared.
type fileHistory struct {
	t      testing.TB
	random *rand.Rand
	paths  []string // of files that are there
	records  map[string]*fileRecord
	sending   func() []string // the paths that are on their way
}

// fileRecord is what the ledger knows of one path.
type fileRecord struct {
	states  []fileState
	changed time.Time
	touched bool // it was not left alone after it had been added
}

// fileState is a file between two changes.
type fileState struct {
	size     int64
	modified time.Time
	sum      string // SHA-256 in hex
}

func newFileHistory(t testing.TB, random *rand.Rand) *fileHistory {
	return &fileHistory{t: t, random: random, records: map[string]*fileRecord{}, sending: func() []string { return nil }}
}

// record enters the state that a file has now.
func (l *fileHistory) record(path string) {
	l.t.Helper()
	content, err := os.ReadFile(path)
	l.must(err)
	info, err := os.Stat(path)
	l.must(err)
	p := l.records[path]
	if p == nil {
		p = &fileRecord{}
		l.records[path] = p
	}
	sum := sha256.Sum256(content)
	p.states = append(p.states, fileState{info.Size(), info.ModTime(), hex.EncodeToString(sum[:])})
	p.changed = time.Now()
	if !slices.Contains(l.paths, path) {
		l.paths = append(l.paths, path)
	}
}

// had reports whether the file at path ever was in that state.
func (l *fileHistory) had(path string, want fileState) bool {
	p := l.records[path]
	return p != nil && slices.ContainsFunc(p.states, func(s fileState) bool {
		return s.size == want.size && s.sum == want.sum && s.modified.Equal(want.modified)
	})
}

// createFolder makes a folder of a few large files and many small ones, of which
// some have no byte.
func (l *fileHistory) createFolder(folder string, large, small int) {
	l.t.Helper()
	for i := range large {
		size := 1<<20 + 1 + l.random.IntN(9<<20)
		if l.random.IntN(6) == 0 {
			size += 16 << 20 // large enough to cross in parts
		}
		l.create(filepath.Join(folder, fmt.Sprintf("film %c.mov", 'a'+i)), size)
	}
	for i := range small {
		size := max(0, l.random.IntN(24<<10)-1<<10)
		l.create(filepath.Join(folder, "资料", fmt.Sprintf("note %d.txt", i)), size)
	}
}

func (l *fileHistory) create(path string, size int) {
	l.t.Helper()
	createFile(l.t, l.random, path, size)
	l.record(path)
}

// minEditInterval is how long a file is left alone between two changes, which must differ
// in their times.
const minEditInterval = 40 * time.Millisecond

// edit does something to some file, as people do while it is being sent.
func (l *fileHistory) edit(random *rand.Rand) {
	l.t.Helper()
	if len(l.paths) == 0 {
		return
	}
	what, seed, path := min(random.IntN(2*len(edits)), len(edits)-1), random.Uint64(), l.pick(random)
	p := l.records[path]
	if time.Since(p.changed) < minEditInterval {
		return
	}
	p.touched = true
	edits[what].act(l, path, rand.New(rand.NewPCG(seed, 0))) //nolint:gosec // must be repeatable
}

// pick picks a file: more often than not one that is on its way, as far as that
// is known, or one of the large ones that came last, since these take longest.
func (l *fileHistory) pick(random *rand.Rand) string {
	likely := slices.DeleteFunc(l.sending(), func(path string) bool { return !slices.Contains(l.paths, path) })
	for i := len(l.paths) - 1; i >= 0 && len(likely) < 3; i-- {
		if filepath.Ext(l.paths[i]) == ".mov" {
			likely = append(likely, l.paths[i])
		}
	}
	if len(likely) == 0 || random.IntN(4) == 0 {
		likely = l.paths
	}
	return likely[random.IntN(len(likely))]
}

// editRandom are what people do to files. Each leaves the ledger true. The last, which
// is the hardest to notice, is done as often as all others together.
var edits = []struct {
	name string
	act  func(l *fileHistory, path string, random *rand.Rand)
}{
	{"append", func(l *fileHistory, path string, random *rand.Rand) {
		file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		l.must(err)
		_, err = file.Write(randomBytes(random, 1+random.IntN(4<<10)))
		l.must(err)
		l.must(file.Close())
		l.record(path)
	}},
	{"truncate", func(l *fileHistory, path string, random *rand.Rand) {
		l.must(os.Truncate(path, random.Int64N(l.size(path)+1)))
		l.record(path)
	}},
	{"touch", func(l *fileHistory, path string, _ *rand.Rand) {
		now := time.Now()
		l.must(os.Chtimes(path, now, now))
		l.record(path)
	}},
	{"rename", func(l *fileHistory, path string, _ *rand.Rand) {
		l.move(path, path+"'")
	}},
	{"move", func(l *fileHistory, path string, random *rand.Rand) {
		folder := filepath.Join(filepath.Dir(path), fmt.Sprintf("moved %d", random.IntN(1000)))
		l.must(os.MkdirAll(folder, 0o700))
		l.move(path, filepath.Join(folder, filepath.Base(path)))
	}},
	{"delete", func(l *fileHistory, path string, _ *rand.Rand) {
		l.must(os.Remove(path))
		l.forget(path)
	}},
	{"replace by one of the same size", func(l *fileHistory, path string, random *rand.Rand) {
		l.replace(path, randomBytes(random, int(l.size(path))))
	}},
	{"replace by another", func(l *fileHistory, path string, random *rand.Rand) {
		l.replace(path, randomBytes(random, random.IntN(3<<20)))
	}},
	{"edit in place", func(l *fileHistory, path string, random *rand.Rand) {
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		l.must(err)
		_, err = file.WriteAt(randomBytes(random, 16), random.Int64N(l.size(path)+1))
		l.must(err)
		l.must(file.Close())
		l.record(path)
	}},
}

func (l *fileHistory) size(path string) int64 {
	info, err := os.Stat(path)
	l.must(err)
	return info.Size()
}

func (l *fileHistory) move(from, to string) {
	if _, err := os.Lstat(to); err == nil {
		return
	}
	l.must(os.Rename(from, to))
	l.forget(from)
	l.record(to)
	l.records[to].touched = true
}

// replace puts another file in the place of one, as editors save.
func (l *fileHistory) replace(path string, content []byte) {
	temporary := filepath.Join(l.t.TempDir(), "new")
	l.must(os.WriteFile(temporary, content, 0o600))
	l.must(os.Rename(temporary, path))
	l.record(path)
}

func (l *fileHistory) forget(path string) {
	l.paths = slices.DeleteFunc(l.paths, func(p string) bool { return p == path })
}

// untouched are the files below folder that nobody touched.
func (l *fileHistory) untouched(folder string) []string {
	var paths []string
	for path, p := range l.records {
		if !p.touched && strings.HasPrefix(path, folder+string(filepath.Separator)) {
			paths = append(paths, path)
		}
	}
	return paths
}

func (l *fileHistory) must(err error) {
	if err != nil {
		l.t.Helper()
		l.t.Fatal(err)
	}
}
