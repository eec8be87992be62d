package endtoend_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// createSources makes a folder of a few large files and many small ones.
func createSources(t testing.TB, random *rand.Rand, name string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), name)
	for i := range 3 {
		createFile(t, random, filepath.Join(folder, "film "+string(rune('a'+i))+".mov"), 4<<20+random.IntN(8<<20))
	}
	for i := range 60 {
		createFile(t, random, filepath.Join(folder, "资料", fmt.Sprintf("note-%02d.txt", i)), 1+random.IntN(40<<10))
	}
	return folder
}

// createFile makes a file of bytes nobody else has.
func createFile(t testing.TB, random *rand.Rand, path string, size int) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, randomBytes(random, size), 0o600); err != nil {
		t.Fatal(err)
	}
}

func randomBytes(random *rand.Rand, size int) []byte {
	var key [32]byte
	for i := range key {
		key[i] = byte(random.Uint32())
	}
	content := make([]byte, size)
	_, _ = rand.NewChaCha8(key).Read(content) // never fails
	return content
}

// createSmallSet makes a folder of one file of each kind: a large one, small ones, and
// one without a byte.
func createSmallSet(t testing.TB) string {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // must be repeatable
	folder := filepath.Join(t.TempDir(), "delivery")
	createFile(t, random, filepath.Join(folder, "film.mov"), 3<<20)
	createFile(t, random, filepath.Join(folder, "a.txt"), 1000)
	createFile(t, random, filepath.Join(folder, "b.txt"), 2000)
	createFile(t, random, filepath.Join(folder, "empty.txt"), 0)
	return folder
}
