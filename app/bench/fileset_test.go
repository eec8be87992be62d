//go:build linux

package bench_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// smallSize is the size of a small file in bytes.
const smallSize = 10 << 10

// fileSet is what a work uploads: a folder with files of random bytes.
type fileSet struct {
	path    string
	bytes   int64
	files   int
	digests map[string]int // how many files have a SHA-256
}

// newFileSet creates count files of a size in a folder.
func newFileSet(path string, count int, size int64) (fileSet, error) {
	s := fileSet{path: path, bytes: int64(count) * size, files: count, digests: map[string]int{}}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return s, err
	}
	for i := range count {
		digest, err := writeRandom(filepath.Join(path, fmt.Sprintf("file%06d.bin", i)), uint64(i), size)
		if err != nil {
			return s, err
		}
		s.digests[digest]++
	}
	return s, nil
}

// writeRandom writes a file of random bytes and returns their SHA-256.
func writeRandom(path string, seed uint64, size int64) (string, error) {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	binary.LittleEndian.PutUint64(key[8:], uint64(size))
	file, err := os.Create(path)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	_, err = io.CopyN(io.MultiWriter(file, hash), rand.NewChaCha8(key), size)
	return hex.EncodeToString(hash.Sum(nil)), errors.Join(err, file.Close())
}

// compare fails unless the server has each file of the source once. The parts of files
// that were uploaded in parallel may be there as well.
func (s fileSet) compare(stored []uploadtest.StoredFile) error {
	found := map[string]int{}
	for _, file := range stored {
		if s.digests[file.SHA256] > 0 {
			found[file.SHA256]++
		}
	}
	if !maps.Equal(found, s.digests) {
		return fmt.Errorf("the server has %d uploads, which are not the %d files that were sent", len(stored), s.files)
	}
	return nil
}

// removeContent removes everything in a folder.
func removeContent(folder string) error {
	entries, err := os.ReadDir(folder)
	for _, entry := range entries {
		if removed := os.RemoveAll(filepath.Join(folder, entry.Name())); removed != nil && !errors.Is(removed, fs.ErrNotExist) {
			err = errors.Join(err, removed)
		}
	}
	return err
}
