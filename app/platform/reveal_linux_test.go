package platform_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/ferryapp/ferry/app/internal/bustest"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/godbus/dbus/v5"
)

// fileManager is a fake file manager.
type fileManager struct{ items, folders chan []string }

func (m fileManager) ShowFolders(uris []string, _ string) *dbus.Error {
	m.folders <- uris
	return nil
}

func (m fileManager) ShowItems(uris []string, _ string) *dbus.Error {
	m.items <- uris
	return nil
}

func TestReveal(t *testing.T) {
	t.Run("file", func(t *testing.T) {
		bustest.Private(t)
		manager := fileManager{items: make(chan []string, 1)}
		bustest.Export(t, bustest.Service(t, "org.freedesktop.FileManager1"), manager, "/org/freedesktop/FileManager1", "org.freedesktop.FileManager1")
		if err := platform.Reveal(t.Context(), "/in box/50%?\xff#.mov"); err != nil {
			t.Fatal(err)
		}
		if got := <-manager.items; len(got) != 1 || got[0] != "file:///in%20box/50%25%3F%FF%23.mov" {
			t.Errorf("ShowItems was called with %q", got)
		}
	})
	t.Run("folder", func(t *testing.T) {
		bustest.Private(t)
		manager := fileManager{folders: make(chan []string, 1)}
		bustest.Export(t, bustest.Service(t, "org.freedesktop.FileManager1"), manager, "/org/freedesktop/FileManager1", "org.freedesktop.FileManager1")
		if err := platform.OpenFolder(t.Context(), "/in box"); err != nil {
			t.Fatal(err)
		}
		if got := <-manager.folders; len(got) != 1 || got[0] != "file:///in%20box" {
			t.Errorf("ShowFolders was called with %q", got)
		}
	})
	t.Run("xdg-open without a file manager", func(t *testing.T) {
		bustest.Private(t)
		output := fakeXDGOpen(t)
		if err := platform.Reveal(t.Context(), "/in $(touch x)/a.mov"); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(output)
		if err != nil || string(got) != "/in $(touch x)" {
			t.Errorf("xdg-open was called with %q (%v)", got, err)
		}
	})
	t.Run("neither", func(t *testing.T) {
		bustest.Private(t)
		t.Setenv("PATH", t.TempDir())
		if platform.Reveal(t.Context(), "/a/b") == nil {
			t.Error("no error")
		}
	})
}

// fakeXDGOpen puts an xdg-open on the PATH that writes its argument to the returned
// named pipe. Reading the pipe waits for the program.
func fakeXDGOpen(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	output := filepath.Join(dir, "output")
	if err := syscall.Mkfifo(output, 0o600); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\nprintf %s \"$1\" >'" + output + "'\n"
	if err := os.WriteFile(filepath.Join(dir, "xdg-open"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	return output
}
