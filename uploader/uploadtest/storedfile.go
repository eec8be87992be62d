package uploadtest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"
)

// StoredFile is one upload on a server.
type StoredFile struct {
	Name     string // the last element of its URL
	Metadata map[string]string
	Path     string // of its content on disk; "" when it is not on disk
	Final    bool   // a final upload, concatenated from others
	SHA256   string // of its content, in hex
	Size     int64  // bytes stored
	Length   int64  // declared size in bytes; -1 while deferred
}

// storedFiles reads a file store's directory, which has a NAME.info for each NAME.
func storedFiles(t testing.TB, dir string) []StoredFile {
	t.Helper()
	infos, err := filepath.Glob(filepath.Join(dir, "*.info"))
	if err != nil {
		t.Fatalf("list uploads: %v", err)
	}
	files := make([]StoredFile, 0, len(infos))
	for _, path := range infos {
		var info handler.FileInfo
		file, exists := readUpload(t, path, &info)
		if !exists {
			continue
		}
		file.Metadata, file.Final, file.Length = info.MetaData, info.IsFinal, info.Size
		if info.SizeIsDeferred {
			file.Length = -1
		}
		files = append(files, file)
	}
	return files
}

// readUpload decodes an upload's info file, and returns the upload with its content. A server
// writes the info file in place, so one that does not parse is read again. A server may also
// still delete an upload for a client that has left: what is gone does not exist.
func readUpload(t testing.TB, infoPath string, info any) (file StoredFile, exists bool) {
	t.Helper()
	path := strings.TrimSuffix(infoPath, filepath.Ext(infoPath))
	file.Name, file.Path = filepath.Base(path), path
	var err error
	for range maxReads {
		var text []byte
		if text, err = os.ReadFile(infoPath); errors.Is(err, fs.ErrNotExist) {
			return StoredFile{}, false
		}
		if err == nil {
			err = json.Unmarshal(text, info)
		}
		if err == nil {
			file.SHA256, file.Size, err = digest(path)
		}
		if err == nil {
			return file, true
		}
		<-time.After(time.Millisecond)
	}
	t.Fatalf("read upload %s: %v", file.Name, err)
	return StoredFile{}, false
}

// maxReads is the maximum number of reads of an upload.
const maxReads = 1000

// digest returns the hex SHA-256 and the size of a file.
func digest(path string) (sum string, size int64, err error) {
	content, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = content.Close() }()
	hash := sha256.New()
	if size, err = io.Copy(hash, content); err != nil {
		return "", 0, err
	}
	return hex.EncodeToString(hash.Sum(nil)), size, nil
}
