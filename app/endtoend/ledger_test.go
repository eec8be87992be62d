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

// ledger remembers what every file of a storm held at any time, so that what a
// server has can be held against the very state of the file that was declared.
type ledger struct {
	t      testing.TB
	random *rand.Rand
	paths  []string // of files that are there
	pages  map[string]*page
	busy   func() []string // the paths that are on their way
}

// page is what the ledger knows of one path.
type page struct {
	states  []state
	changed time.Time
	unquiet bool // it was not left alone after it had been added
}

// state is a file between two changes.
type state struct {
	size     int64
	modified time.Time
	sum      string // SHA-256 in hex
}

func newLedger(t testing.TB, random *rand.Rand) *ledger {
	return &ledger{t: t, random: random, pages: map[string]*page{}, busy: func() []string { return nil }}
}

// note enters the state that a file has now.
func (l *ledger) note(path string) {
	l.t.Helper()
	content, err := os.ReadFile(path)
	l.must(err)
	info, err := os.Stat(path)
	l.must(err)
	p := l.pages[path]
	if p == nil {
		p = &page{}
		l.pages[path] = p
	}
	sum := sha256.Sum256(content)
	p.states = append(p.states, state{info.Size(), info.ModTime(), hex.EncodeToString(sum[:])})
	p.changed = time.Now()
	if !slices.Contains(l.paths, path) {
		l.paths = append(l.paths, path)
	}
}

// holds reports whether the file at path ever was in that state.
func (l *ledger) holds(path string, want state) bool {
	p := l.pages[path]
	return p != nil && slices.ContainsFunc(p.states, func(s state) bool {
		return s.size == want.size && s.sum == want.sum && s.modified.Equal(want.modified)
	})
}

// delivery makes a folder of a few large files and many small ones, of which
// some have no byte.
func (l *ledger) delivery(folder string, large, small int) {
	l.t.Helper()
	for i := range large {
		size := 1<<20 + 1 + l.random.IntN(9<<20)
		if l.random.IntN(6) == 0 {
			size += 16 << 20 // large enough to cross in parts
		}
		l.add(filepath.Join(folder, fmt.Sprintf("film %c.mov", 'a'+i)), size)
	}
	for i := range small {
		size := max(0, l.random.IntN(24<<10)-1<<10)
		l.add(filepath.Join(folder, "资料", fmt.Sprintf("note %d.txt", i)), size)
	}
}

func (l *ledger) add(path string, size int) {
	l.t.Helper()
	fill(l.t, l.random, path, size)
	l.note(path)
}

// still is how long a file is left alone between two changes, which must differ
// in their times.
const still = 40 * time.Millisecond

// edit does something to some file, as people do while it is being sent.
func (l *ledger) edit(random *rand.Rand) {
	l.t.Helper()
	if len(l.paths) == 0 {
		return
	}
	what, seed, path := min(random.IntN(2*len(edits)), len(edits)-1), random.Uint64(), l.choose(random)
	p := l.pages[path]
	if time.Since(p.changed) < still {
		return
	}
	p.unquiet = true
	edits[what].act(l, path, rand.New(rand.NewPCG(seed, 0))) //nolint:gosec // must be repeatable
}

// choose picks a file: more often than not one that is on its way, as far as that
// is known, or one of the large ones that came last, since these take longest.
func (l *ledger) choose(random *rand.Rand) string {
	likely := slices.DeleteFunc(l.busy(), func(path string) bool { return !slices.Contains(l.paths, path) })
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

// edits are what people do to files. Each leaves the ledger true. The last, which
// is the hardest to notice, is done as often as all others together.
var edits = []struct {
	name string
	act  func(l *ledger, path string, random *rand.Rand)
}{
	{"append", func(l *ledger, path string, random *rand.Rand) {
		file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		l.must(err)
		_, err = file.Write(noise(random, 1+random.IntN(4<<10)))
		l.must(err)
		l.must(file.Close())
		l.note(path)
	}},
	{"truncate", func(l *ledger, path string, random *rand.Rand) {
		l.must(os.Truncate(path, random.Int64N(l.size(path)+1)))
		l.note(path)
	}},
	{"touch", func(l *ledger, path string, _ *rand.Rand) {
		now := time.Now()
		l.must(os.Chtimes(path, now, now))
		l.note(path)
	}},
	{"rename", func(l *ledger, path string, _ *rand.Rand) {
		l.move(path, path+"'")
	}},
	{"move", func(l *ledger, path string, random *rand.Rand) {
		folder := filepath.Join(filepath.Dir(path), fmt.Sprintf("moved %d", random.IntN(1000)))
		l.must(os.MkdirAll(folder, 0o700))
		l.move(path, filepath.Join(folder, filepath.Base(path)))
	}},
	{"delete", func(l *ledger, path string, _ *rand.Rand) {
		l.must(os.Remove(path))
		l.gone(path)
	}},
	{"replace by one of the same size", func(l *ledger, path string, random *rand.Rand) {
		l.replace(path, noise(random, int(l.size(path))))
	}},
	{"replace by another", func(l *ledger, path string, random *rand.Rand) {
		l.replace(path, noise(random, random.IntN(3<<20)))
	}},
	{"edit in place", func(l *ledger, path string, random *rand.Rand) {
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		l.must(err)
		_, err = file.WriteAt(noise(random, 16), random.Int64N(l.size(path)+1))
		l.must(err)
		l.must(file.Close())
		l.note(path)
	}},
}

func (l *ledger) size(path string) int64 {
	info, err := os.Stat(path)
	l.must(err)
	return info.Size()
}

func (l *ledger) move(from, to string) {
	if _, err := os.Lstat(to); err == nil {
		return
	}
	l.must(os.Rename(from, to))
	l.gone(from)
	l.note(to)
	l.pages[to].unquiet = true
}

// replace puts another file in the place of one, as editors save.
func (l *ledger) replace(path string, content []byte) {
	beside := filepath.Join(l.t.TempDir(), "new")
	l.must(os.WriteFile(beside, content, 0o600))
	l.must(os.Rename(beside, path))
	l.note(path)
}

func (l *ledger) gone(path string) {
	l.paths = slices.DeleteFunc(l.paths, func(p string) bool { return p == path })
}

// quiet are the files below folder that nobody touched.
func (l *ledger) quiet(folder string) []string {
	var paths []string
	for path, p := range l.pages {
		if !p.unquiet && strings.HasPrefix(path, folder+string(filepath.Separator)) {
			paths = append(paths, path)
		}
	}
	return paths
}

func (l *ledger) must(err error) {
	if err != nil {
		l.t.Helper()
		l.t.Fatal(err)
	}
}
