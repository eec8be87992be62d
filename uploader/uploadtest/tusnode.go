package uploadtest

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// tusNode holds the server program and its package versions.
//
//go:embed tusnode
var tusNode embed.FS

// TusNode is @tus/server in Node.js on a fixed port and directory, which restarts
// keep. Its methods must be called from the test's goroutine.
type TusNode struct {
	Endpoint string // the creation URL
	Dir      string // of the file store

	Program
}

// NewTusNode starts @tus/server, which is installed once per set of versions and
// machine. The server ends with the test. It supports MaxSize and Expiry. The
// test fails if node or npm is not installed.
func NewTusNode(t testing.TB, opts ...Option) *TusNode {
	t.Helper()
	node := findProgram(t, "@tus/server", "node")
	port, o := freePort(t), newOptions(opts)
	s := &TusNode{
		Endpoint: fmt.Sprintf("http://127.0.0.1:%d%s", port, basePath),
		Dir:      t.TempDir(),
		Program:  Program{path: node, ready: "listening"},
	}
	s.args = []string{
		filepath.Join(installTusNode(t), "server.js"), strconv.Itoa(port), s.Dir,
		strconv.FormatInt(o.maxSize, 10), strconv.FormatInt(o.expiry.Milliseconds(), 10),
	}
	s.Restart(t)
	t.Cleanup(func() { s.Kill(t) })
	return s
}

// Stored returns the server's uploads, in no particular order.
func (s *TusNode) Stored(t testing.TB) []StoredFile {
	t.Helper()
	infos, err := filepath.Glob(filepath.Join(s.Dir, "*.json"))
	if err != nil {
		t.Fatalf("list uploads: %v", err)
	}
	files := make([]StoredFile, 0, len(infos))
	for _, info := range infos {
		var upload struct {
			Size     *int64            `json:"size"`
			Metadata map[string]string `json:"metadata"` // null for an empty value
		}
		file, exists := readUpload(t, info, &upload)
		if !exists {
			continue
		}
		file.Metadata, file.Length = upload.Metadata, -1
		if upload.Size != nil {
			file.Length = *upload.Size
		}
		files = append(files, file)
	}
	return files
}

// installTusNode returns a directory with the program and its packages.
func installTusNode(t testing.TB) string {
	t.Helper()
	files, err := fs.Sub(tusNode, "tusnode")
	if err != nil {
		t.Fatalf("install @tus/server: %v", err)
	}
	return InstallNode(t, "tus-node", files, "--omit=optional")
}

// InstallNode returns a directory with a copy of files and the packages of the
// package-lock.json among them, which npm installs once per content of files and machine.
// flags are further ones of npm ci. No scripts of the packages are run. The test fails if
// npm is not installed.
func InstallNode(t testing.TB, name string, files fs.FS, flags ...string) string {
	t.Helper()
	return Cached(t, name+"-"+contentVersion(t, files), func(path string) {
		npm := findProgram(t, name, "npm")
		if err := os.CopyFS(path, files); err != nil {
			t.Fatalf("install %s: %v", name, err)
		}
		runCommand(t, path, npm, append([]string{"ci", "--ignore-scripts", "--no-audit", "--no-fund"}, flags...)...)
	})
}

// contentVersion returns a name for the content of files.
func contentVersion(t testing.TB, files fs.FS) string {
	t.Helper()
	version := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		_, _ = version.Write(text)
		return err
	})
	if err != nil {
		t.Fatalf("read files: %v", err)
	}
	return hex.EncodeToString(version.Sum(nil)[:8])
}
