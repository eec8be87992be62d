package uploadtest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
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
	for _, info := range infos {
		files = append(files, readStored(t, info))
	}
	return files
}

func readStored(t testing.TB, infoPath string) StoredFile {
	t.Helper()
	var info handler.FileInfo
	path := readInfo(t, infoPath, &info)
	file := StoredFile{Name: filepath.Base(path), Metadata: info.MetaData, Path: path, Final: info.IsFinal, Length: info.Size}
	if info.SizeIsDeferred {
		file.Length = -1
	}
	file.SHA256, file.Size = digest(t, path)
	return file
}

// readInfo decodes an upload's info file and returns the path of the content. A
// server writes the file in place, so one that does not parse is read again.
func readInfo(t testing.TB, infoPath string, into any) string {
	t.Helper()
	var err error
	for range infoReads {
		var text []byte
		if text, err = os.ReadFile(infoPath); err != nil {
			break
		}
		if err = json.Unmarshal(text, into); err == nil {
			return strings.TrimSuffix(infoPath, filepath.Ext(infoPath))
		}
		<-time.After(time.Millisecond)
	}
	t.Fatalf("read upload %s: %v", filepath.Base(infoPath), err)
	return ""
}

// infoReads is the maximum number of reads of an info file.
const infoReads = 1000

// digest returns the hex SHA-256 and the size of a file.
func digest(t testing.TB, path string) (sum string, size int64) {
	t.Helper()
	content, err := os.Open(path)
	if err != nil {
		t.Fatalf("read upload: %v", err)
	}
	defer func() { _ = content.Close() }()
	hash := sha256.New()
	if size, err = io.Copy(hash, content); err != nil {
		t.Fatalf("read upload: %v", err)
	}
	return hex.EncodeToString(hash.Sum(nil)), size
}
