package endtoend_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// createSources creates a folder of 3 large and 60 small files.
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

// createFile creates a file of random bytes.
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

// createSmallSet creates a folder with one large file, two small ones and an empty
// one.
func createSmallSet(t testing.TB) string {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	folder := filepath.Join(t.TempDir(), "folder")
	createFile(t, random, filepath.Join(folder, "film.mov"), 3<<20)
	createFile(t, random, filepath.Join(folder, "a.txt"), 1000)
	createFile(t, random, filepath.Join(folder, "b.txt"), 2000)
	createFile(t, random, filepath.Join(folder, "empty.txt"), 0)
	return folder
}
