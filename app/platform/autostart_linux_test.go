package platform_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/adrg/xdg"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/platform"
)

// newAutostart returns an entry in a temporary configuration folder, and its path.
func newAutostart(t *testing.T, command ...string) (a platform.Autostart, path string) {
	t.Helper()
	config := filepath.Join(t.TempDir(), "config")
	t.Cleanup(xdg.Reload) // runs after t.Setenv has restored the variable
	t.Setenv("XDG_CONFIG_HOME", config)
	xdg.Reload()
	return platform.Autostart{ID: "io.example.Test", Name: "Test", Command: command}, filepath.Join(config, "autostart", "io.example.Test.desktop")
}

func TestAutostart(t *testing.T) {
	t.Run("set and removed repeatedly", func(t *testing.T) {
		a, path := newAutostart(t, "/opt/ferry", "--hidden")
		checkEnabled(t, a, false)
		for _, on := range []bool{false, true, true, false, false, true} {
			setAutostart(t, a, on)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want := "[Desktop Entry]\nType=Application\nName=Test\nExec=\"/opt/ferry\" \"--hidden\"\nTerminal=false\nX-GNOME-Autostart-enabled=true\n"
		if diff := cmp.Diff(want, string(text)); diff != "" {
			t.Error(diff)
		}
		if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
			t.Errorf("folder contains %v, want the entry only", left)
		}
	})
	t.Run("disabled by the desktop and enabled again", func(t *testing.T) {
		for _, line := range []string{"Hidden=true", "X-GNOME-Autostart-enabled=false", "Hidden = true"} {
			a, path := newAutostart(t, "/opt/ferry")
			setAutostart(t, a, true)
			text, _ := os.ReadFile(path)
			if err := os.WriteFile(path, append(text, line+"\n"...), 0o600); err != nil {
				t.Fatal(err)
			}
			checkEnabled(t, a, false)
			setAutostart(t, a, true)
		}
	})
	t.Run("program moved", func(t *testing.T) {
		a, path := newAutostart(t, "/old/ferry")
		setAutostart(t, a, true)
		a.Command = []string{"/new/ferry"}
		setAutostart(t, a, true)
		if text, _ := os.ReadFile(path); !strings.Contains(string(text), "/new/ferry") || strings.Contains(string(text), "/old/") {
			t.Errorf("entry is %s", text)
		}
	})
	t.Run("folder cannot be created", func(t *testing.T) {
		a, path := newAutostart(t, "/opt/ferry")
		if err := os.MkdirAll(filepath.Dir(filepath.Dir(path)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Dir(path), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := a.Set(true); err == nil {
			t.Error("no error")
		}
	})
}

// TestAutostartEntryPassesArguments starts the entry with GIO, as most desktops do.
func TestAutostartEntryPassesArguments(t *testing.T) {
	launcher, err := exec.LookPath("gio")
	if err != nil {
		t.Skip("gio is not installed")
	}
	args := []string{"--profile", `/home/a b/100 % "$HOME" \ 'x' ` + "`id`; echo", "日本 語", ""}
	folder := t.TempDir()
	program, output := filepath.Join(folder, "the program"), filepath.Join(folder, "output")
	if err := syscall.Mkfifo(output, 0o600); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\nfor arg; do printf '%s\\n' \"$arg\"; done >'" + output + "'\n"
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	a, path := newAutostart(t, append([]string{program}, args...)...)
	setAutostart(t, a, true)
	if err := exec.Command(launcher, "launch", path).Run(); err != nil { // CombinedOutput would wait for the program
		t.Fatal(err)
	}
	text, err := os.ReadFile(output)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Join(args, "\n")+"\n", string(text)); diff != "" {
		t.Errorf("arguments differ (-want +got):\n%s", diff)
	}
}
