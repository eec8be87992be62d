package source_test

import (
	"path/filepath"
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
