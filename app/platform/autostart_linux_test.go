package platform_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/platform"
)

// starting is an entry in a configuration folder of the test's own.
func starting(t *testing.T, command ...string) (a platform.Autostart, path string) {
	t.Helper()
	config := filepath.Join(t.TempDir(), "config")
	t.Setenv("XDG_CONFIG_HOME", config)
	return platform.Autostart{ID: "io.example.Test", Name: "Test", Command: command}, filepath.Join(config, "autostart", "io.example.Test.desktop")
}

func set(t *testing.T, a platform.Autostart, on bool) {
	t.Helper()
	if err := a.Set(on); err != nil {
		t.Fatal(err)
	}
	isSet(t, a, on)
}

func isSet(t *testing.T, a platform.Autostart, want bool) {
	t.Helper()
	if on, err := a.Enabled(); err != nil || on != want {
		t.Errorf("it is %v (%v), want %v", on, err, want)
	}
}

func TestAutostart(t *testing.T) {
	t.Run("comes and goes, however often it is said", func(t *testing.T) {
		a, path := starting(t, "/opt/ferry", "--hidden")
		isSet(t, a, false)
		for _, on := range []bool{false, true, true, false, false, true} {
			set(t, a, on)
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
			t.Errorf("something else is there: %v", left)
		}
	})
	t.Run("off by the desktop's own tools is off, and can be put on again", func(t *testing.T) {
		for _, line := range []string{"Hidden=true", "X-GNOME-Autostart-enabled=false", "Hidden = true"} {
			a, path := starting(t, "/opt/ferry")
			set(t, a, true)
			text, _ := os.ReadFile(path)
			if err := os.WriteFile(path, append(text, line+"\n"...), 0o600); err != nil {
				t.Fatal(err)
			}
			isSet(t, a, false)
			set(t, a, true)
		}
	})
	t.Run("a program that moved is found again", func(t *testing.T) {
		a, path := starting(t, "/old/ferry")
		set(t, a, true)
		a.Command = []string{"/new/ferry"}
		set(t, a, true)
		if text, _ := os.ReadFile(path); !strings.Contains(string(text), "/new/ferry") || strings.Contains(string(text), "/old/") {
			t.Errorf("the entry is %s", text)
		}
	})
	t.Run("a folder that cannot be written is an error", func(t *testing.T) {
		a, path := starting(t, "/opt/ferry")
		if err := os.MkdirAll(filepath.Dir(filepath.Dir(path)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Dir(path), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := a.Set(true); err == nil {
			t.Error("it says that it is set")
		}
	})
}

// TestAutostartCommandsReachTheProgram has the entry started by the library that
// most desktops start entries with.
func TestAutostartCommandsReachTheProgram(t *testing.T) {
	launcher, err := exec.LookPath("gio")
	if err != nil {
		t.Skip("gio, which starts desktop entries, is not installed")
	}
	words := []string{"--profile", `/home/a b/100 % "$HOME" \ 'x' ` + "`id`; echo", "日本 語", ""}
	folder := t.TempDir()
	program, told := filepath.Join(folder, "the program"), filepath.Join(folder, "told")
	if err := syscall.Mkfifo(told, 0o600); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\nfor word; do printf '%s\\n' \"$word\"; done >'" + told + "'\n"
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	a, path := starting(t, append([]string{program}, words...)...)
	set(t, a, true)
	if err := exec.Command(launcher, "launch", path).Run(); err != nil { // its output would end with the program
		t.Fatal(err)
	}
	text, err := os.ReadFile(told)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Join(words, "\n")+"\n", string(text)); diff != "" {
		t.Errorf("it was started with (-want +got):\n%s", diff)
	}
}
