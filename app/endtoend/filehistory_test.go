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

// fileHistory records every state of the files of a stress test, so that an uploaded
// file can be compared with the state it was declared as.
type fileHistory struct {
	t       testing.TB
	random  *rand.Rand
	paths   []string // of existing files
	records map[string]*fileRecord
	sending func() []string // paths being sent

	// addedAgain means that files may be added again after a change of their metadata,
	// which uploads them again.
	addedAgain bool
}

// fileRecord is the history of one path.
type fileRecord struct {
	states  []fileState
	changed time.Time
	touched bool // changed after it was added, so that it may be uploaded more than once or not at all
}

// fileState is the state of a file between two changes.
type fileState struct {
	size     int64
	modified time.Time
	sum      string // SHA-256 in hex
}

func newFileHistory(t testing.TB, random *rand.Rand) *fileHistory {
	return &fileHistory{t: t, random: random, records: map[string]*fileRecord{}, sending: func() []string { return nil }}
}

// record records the current state of a file.
func (h *fileHistory) record(path string) {
	h.t.Helper()
	content, err := os.ReadFile(path)
	h.must(err)
	info, err := os.Stat(path)
	h.must(err)
	p := h.records[path]
	if p == nil {
		p = &fileRecord{}
		h.records[path] = p
	}
	sum := sha256.Sum256(content)
	p.states = append(p.states, fileState{info.Size(), info.ModTime(), hex.EncodeToString(sum[:])})
	p.changed = time.Now()
	if !slices.Contains(h.paths, path) {
		h.paths = append(h.paths, path)
	}
}

// had reports whether the file at path ever had the state.
func (h *fileHistory) had(path string, want fileState) bool {
	p := h.records[path]
	return p != nil && slices.ContainsFunc(p.states, func(s fileState) bool {
		return s.size == want.size && s.sum == want.sum && s.modified.Equal(want.modified)
	})
}

// createFolder creates a folder of large and small files, some of them empty.
func (h *fileHistory) createFolder(folder string, large, small int) {
	h.t.Helper()
	for i := range large {
		size := 1<<20 + 1 + h.random.IntN(9<<20)
		if h.random.IntN(6) == 0 {
			size += 16 << 20 // large enough for parallel parts
		}
		h.create(filepath.Join(folder, fmt.Sprintf("film %c.mov", 'a'+i)), size)
	}
	for i := range small {
		size := max(0, h.random.IntN(24<<10)-1<<10)
		h.create(filepath.Join(folder, "资料", fmt.Sprintf("note %d.txt", i)), size)
	}
}

func (h *fileHistory) create(path string, size int) {
	h.t.Helper()
	createFile(h.t, h.random, path, size)
	h.record(path)
}

// minEditInterval separates the modification times of two changes of a file.
const minEditInterval = 40 * time.Millisecond

// edit makes a random change to a random file.
func (h *fileHistory) edit(random *rand.Rand) {
	h.t.Helper()
	if len(h.paths) == 0 {
		return
	}
	what, seed, path := min(random.IntN(2*len(edits)), len(edits)-1), random.Uint64(), h.pick(random)
	p := h.records[path]
	if time.Since(p.changed) < minEditInterval {
		return
	}
	p.touched = p.touched || !edits[what].keepsContent || h.addedAgain
	edits[what].apply(h, path, rand.New(rand.NewPCG(seed, 0)))
}

// pick returns a random file. It prefers files being sent and the newest large ones,
// which take longest.
func (h *fileHistory) pick(random *rand.Rand) string {
	likely := slices.DeleteFunc(h.sending(), func(path string) bool { return !slices.Contains(h.paths, path) })
	for i := len(h.paths) - 1; i >= 0 && len(likely) < 3; i-- {
		if filepath.Ext(h.paths[i]) == ".mov" {
			likely = append(likely, h.paths[i])
		}
	}
	if len(likely) == 0 || random.IntN(4) == 0 {
		likely = h.paths
	}
	return likely[random.IntN(len(likely))]
}

// edits are changes that users make to files. The last, which is the hardest to
// detect, is made as often as all others together.
var edits = []struct {
	name         string
	keepsContent bool // the upload must continue
	apply        func(h *fileHistory, path string, random *rand.Rand)
}{
	{"append", false, func(h *fileHistory, path string, random *rand.Rand) {
		file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		h.must(err)
		_, err = file.Write(randomBytes(random, 1+random.IntN(4<<10)))
		h.must(err)
		h.must(file.Close())
		h.record(path)
	}},
	{"truncate", false, func(h *fileHistory, path string, random *rand.Rand) {
		h.must(os.Truncate(path, random.Int64N(h.size(path)+1)))
		h.record(path)
	}},
	{"touch", true, func(h *fileHistory, path string, _ *rand.Rand) {
		now := time.Now()
		h.must(os.Chtimes(path, now, now))
		h.record(path)
	}},
	{"rename", false, func(h *fileHistory, path string, _ *rand.Rand) {
		h.move(path, path+"'")
	}},
	{"move", false, func(h *fileHistory, path string, random *rand.Rand) {
		folder := filepath.Join(filepath.Dir(path), fmt.Sprintf("moved %d", random.IntN(1000)))
		h.must(os.MkdirAll(folder, 0o700))
		h.move(path, filepath.Join(folder, filepath.Base(path)))
	}},
	{"delete", false, func(h *fileHistory, path string, _ *rand.Rand) {
		h.must(os.Remove(path))
		h.forget(path)
	}},
	{"replace by same size", false, func(h *fileHistory, path string, random *rand.Rand) {
		h.replace(path, randomBytes(random, int(h.size(path))))
	}},
	{"replace", false, func(h *fileHistory, path string, random *rand.Rand) {
		h.replace(path, randomBytes(random, random.IntN(3<<20)))
	}},
	{"time shift", true, func(h *fileHistory, path string, random *rand.Rand) {
		shift := []time.Duration{-time.Hour, time.Hour, -time.Millisecond, time.Second}[random.IntN(4)]
		h.setModTime(path, h.modTime(path).Add(shift))
		h.record(path)
	}},
	{"copy over it with its time", true, func(h *fileHistory, path string, _ *rand.Rand) {
		h.restore(path, h.modTime(path))
	}},
	{"restore from a backup", true, func(h *fileHistory, path string, random *rand.Rand) {
		h.restore(path, h.modTime(path).Add(-time.Duration(random.IntN(1000))*time.Hour))
	}},
	{"edit in place", false, func(h *fileHistory, path string, random *rand.Rand) {
		h.overwrite(path, random, h.size(path), 16)
		h.record(path)
	}},
	{"edit in place with its size and time", false, func(h *fileHistory, path string, random *rand.Rand) {
		modified, size := h.modTime(path), h.size(path)
		length := min(16, size)
		h.overwrite(path, random, size-length, length)
		h.setModTime(path, modified)
		h.record(path)
	}},
}

// overwrite writes length bytes at a random offset up to last. Half of the offsets are
// close to the start, which is sent first.
func (h *fileHistory) overwrite(path string, random *rand.Rand, last, length int64) {
	at := random.Int64N(last + 1)
	if random.IntN(2) == 0 {
		at = min(at, random.Int64N(64<<10))
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	h.must(err)
	_, err = file.WriteAt(randomBytes(random, int(length)), at)
	h.must(err)
	h.must(file.Close())
}

// restore replaces a file by a copy with a modification time.
func (h *fileHistory) restore(path string, modified time.Time) {
	content, err := os.ReadFile(path)
	h.must(err)
	temporary := filepath.Join(h.t.TempDir(), "copy")
	h.must(os.WriteFile(temporary, content, 0o600))
	h.setModTime(temporary, modified)
	h.must(os.Rename(temporary, path))
	h.record(path)
}

func (h *fileHistory) setModTime(path string, modified time.Time) {
	h.must(os.Chtimes(path, modified, modified))
}

func (h *fileHistory) modTime(path string) time.Time {
	info, err := os.Stat(path)
	h.must(err)
	return info.ModTime()
}

func (h *fileHistory) size(path string) int64 {
	info, err := os.Stat(path)
	h.must(err)
	return info.Size()
}

func (h *fileHistory) move(from, to string) {
	if _, err := os.Lstat(to); err == nil {
		return
	}
	h.must(os.Rename(from, to))
	h.forget(from)
	h.record(to)
	h.records[to].touched = true
}

// replace replaces a file by renaming a new one, as editors do.
func (h *fileHistory) replace(path string, content []byte) {
	temporary := filepath.Join(h.t.TempDir(), "new")
	h.must(os.WriteFile(temporary, content, 0o600))
	h.must(os.Rename(temporary, path))
	h.record(path)
}

func (h *fileHistory) forget(path string) {
	h.paths = slices.DeleteFunc(h.paths, func(p string) bool { return p == path })
}

// untouched returns the files below folder that were not changed.
func (h *fileHistory) untouched(folder string) []string {
	var paths []string
	for path, p := range h.records {
		if !p.touched && strings.HasPrefix(path, folder+string(filepath.Separator)) {
			paths = append(paths, path)
		}
	}
	return paths
}

func (h *fileHistory) must(err error) {
	if err != nil {
		h.t.Helper()
		h.t.Fatal(err)
	}
}
