package interop_test

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// file is a file that is uploaded.
type file struct {
	path   string
	sha256 string // in hex
	size   int64
}

// createFile creates a file of random bytes.
func createFile(t testing.TB, path string, size int64) file {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	hash := sha256.New()
	if _, err := io.CopyN(io.MultiWriter(out, hash), rand.Reader, size); err != nil {
		t.Fatal(err)
	}
	return file{path, hex.EncodeToString(hash.Sum(nil)), size}
}

// createSparseFile creates a file of zeros that takes no space on the disk.
func createSparseFile(t testing.TB, path string, size int64) file {
	t.Helper()
	created := createFile(t, path, 0)
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
	created.size = size
	return created
}

// unicodeNames are the names of the files in the folder that is uploaded.
var unicodeNames = []string{
	"日本語/写真 1.txt", "Ünïcødé.txt", "e\u0301 decomposed.txt", "smile 😀 & more.txt", "a/b/c/100% #1.txt", "Привет/שלום.txt",
}

// createFolder creates a folder of files with such names, of which the first has
// smallest bytes.
func createFolder(t testing.TB, path string, smallest int64) []file {
	t.Helper()
	var files []file
	for i, name := range unicodeNames {
		files = append(files, createFile(t, filepath.Join(path, filepath.FromSlash(name)), smallest+int64(1000*i)))
	}
	return files
}

// stored is a file on a server.
type stored struct {
	name   string // as the server knows it, below its folder; "" if it does not
	sha256 string // in hex
	size   int64
}

// checkStored fails unless the server has each of the files exactly once, with its name.
// before is what the server had before they were uploaded.
func checkStored(server *instance, before []stored, files ...file) error {
	after, err := server.stored()
	if err != nil {
		return err
	}
	for _, f := range files {
		count, had, named := 0, 0, false
		for _, s := range before {
			if s.sha256 == f.sha256 && s.size == f.size {
				had++
			}
		}
		for _, s := range after {
			if s.sha256 == f.sha256 && s.size == f.size {
				count++
				named = named || server.hasName(s.name, f.path)
			}
		}
		switch {
		case count-had != 1:
			return fmt.Errorf("server has %s (%d bytes) %d times, want once", filepath.Base(f.path), f.size, count-had)
		case !named:
			return fmt.Errorf("server has %s under another name", filepath.Base(f.path))
		}
	}
	return nil
}

// storedFolder returns the files of a server that keeps them as they are.
func storedFolder(folder string) ([]stored, error) {
	var files []stored
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		f, err := readStored(path)
		f.name = filepath.ToSlash(name)
		files = append(files, f)
		return err
	})
	return files, err
}

// readStored returns a file without its name.
func readStored(path string) (stored, error) {
	content, err := os.Open(path)
	if err != nil {
		return stored{}, err
	}
	defer content.Close()
	info, err := content.Stat()
	if err != nil {
		return stored{}, err
	}
	sum, err := digest(content)
	return stored{sha256: sum, size: info.Size()}, err
}

// digest returns the SHA-256, in hex, of what is left to read.
func digest(r io.Reader) (string, error) {
	hash := sha256.New()
	_, err := io.Copy(hash, r)
	return hex.EncodeToString(hash.Sum(nil)), err
}

// fromStoredFiles returns the complete uploads of a test server.
func fromStoredFiles(uploads []uploadtest.StoredFile) []stored {
	var files []stored
	for _, u := range uploads {
		if u.Size == u.Length {
			files = append(files, stored{u.Metadata["filename"], u.SHA256, u.Size})
		}
	}
	return files
}
