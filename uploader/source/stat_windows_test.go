package source_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/windows"

	"github.com/ferryapp/ferry/uploader/fault"
)

// oddNames are names that Windows allows.
var oddNames = []string{"two words", " leading", "quote'`", "📷 photo.jpg", "中文.txt", "-rf", "$(id)", "e\u0301", "%2e%2e"}

func TestLockedFileIsBusy(t *testing.T) {
	file := stat(t, write(t, filepath.Join(t.TempDir(), "locked"), "x"))
	name, err := windows.UTF16PtrFromString(file.Path)
	if err != nil {
		t.Fatal(err)
	}
	handle, err := windows.CreateFile(name, windows.GENERIC_READ, 0, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = windows.CloseHandle(handle) })
	if _, _, err := disk.Open(file); !fault.Is(err, fault.SourceBusy) {
		t.Errorf("got %v, want %v", err, fault.SourceBusy)
	}
}

// TestOpenFileCanBeMoved changes the name of a file while it is open, as a person does in
// the Explorer while Ferry sends the file.
func TestOpenFileCanBeMoved(t *testing.T) {
	const content = "content"
	for _, c := range []struct {
		name   string
		change func(path string) error
	}{
		{"renamed", func(path string) error { return os.Rename(path, path+" (old)") }},
		{"deleted", os.Remove},
		{"replaced", func(path string) error {
			if err := errors.Join(os.WriteFile(path+".new", []byte("other"), 0o600), os.Rename(path, path+".old")); err != nil {
				return err
			}
			return errors.Join(os.Rename(path+".new", path), os.Remove(path+".old"))
		}},
		{"written", func(path string) error {
			file, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			return file.Close()
		}},
	} {
		for _, inFolder := range []bool{false, true} {
			name := c.name
			if inFolder {
				name += ", in a folder that was added"
			}
			t.Run(name, func(t *testing.T) {
				file := stat(t, write(t, filepath.Join(t.TempDir(), "file"), content))
				if inFolder {
					file.RelPath = "file"
				}
				opened, _, err := disk.Open(file)
				if err != nil {
					t.Fatal(err)
				}
				defer opened.Close()
				if err := c.change(file.Path); err != nil {
					t.Fatal(err)
				}
				if got, err := io.ReadAll(io.NewSectionReader(opened, 0, 100)); string(got) != content || err != nil {
					t.Errorf("read %q, %v, want %q", got, err, content)
				}
			})
		}
	}
}

func TestOpenFileWithLongPath(t *testing.T) {
	folder := filepath.Join(t.TempDir(), strings.Repeat("a", 200), strings.Repeat("b", 200))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	opened, _, err := disk.Open(stat(t, write(t, filepath.Join(folder, "file"), "x")))
	if err != nil {
		t.Fatal(err)
	}
	opened.Close()
}
