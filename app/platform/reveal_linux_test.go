package platform_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/godbus/dbus/v5"
)

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
	t.Run("the file manager gets the file as a URI", func(t *testing.T) {
		privateBus(t)
		manager := fileManager{items: make(chan []string, 1)}
		export(t, service(t, "org.freedesktop.FileManager1"), manager, "/org/freedesktop/FileManager1", "org.freedesktop.FileManager1")
		if err := platform.Reveal(t.Context(), "/in box/50%?\xff#.mov"); err != nil {
			t.Fatal(err)
		}
		if got := <-manager.items; len(got) != 1 || got[0] != "file:///in%20box/50%25%3F%FF%23.mov" {
			t.Errorf("asked to show %q", got)
		}
	})
	t.Run("a folder is opened itself", func(t *testing.T) {
		privateBus(t)
		manager := fileManager{folders: make(chan []string, 1)}
		export(t, service(t, "org.freedesktop.FileManager1"), manager, "/org/freedesktop/FileManager1", "org.freedesktop.FileManager1")
		if err := platform.OpenFolder(t.Context(), "/in box"); err != nil {
			t.Fatal(err)
		}
		if got := <-manager.folders; len(got) != 1 || got[0] != "file:///in%20box" {
			t.Errorf("asked to open %q", got)
		}
	})
	t.Run("without one the folder is opened, its name no shell's business", func(t *testing.T) {
		privateBus(t)
		heard := fakeOpener(t)
		if err := platform.Reveal(t.Context(), "/in $(touch x)/a.mov"); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(heard)
		if err != nil || string(got) != "/in $(touch x)" {
			t.Errorf("opened %q, %v", got, err)
		}
	})
	t.Run("with neither there is an error", func(t *testing.T) {
		privateBus(t)
		t.Setenv("PATH", t.TempDir())
		if platform.Reveal(t.Context(), "/a/b") == nil {
			t.Error("nothing was shown, yet there was no error")
		}
	})
}

// fakeOpener puts an xdg-open on the PATH that writes its argument into the pipe
// it returns, so that reading it waits for the program.
func fakeOpener(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	heard := filepath.Join(dir, "heard")
	if err := syscall.Mkfifo(heard, 0o600); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\nprintf %s \"$1\" >'" + heard + "'\n"
	if err := os.WriteFile(filepath.Join(dir, "xdg-open"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	return heard
}
