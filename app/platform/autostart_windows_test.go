package platform_test

import (
	"testing"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/platform"
)

const (
	runKey      = `Software\Microsoft\Windows\CurrentVersion\Run`
	approvedKey = `Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`
)

// newAutostart returns an entry of this user's registry, which is removed when the test ends.
func newAutostart(t *testing.T, command ...string) platform.Autostart {
	t.Helper()
	a := platform.Autostart{ID: "io.example.ferry-test." + t.Name(), Name: "Test", Command: command}
	t.Cleanup(func() {
		if err := a.Set(false); err != nil {
			t.Error(err)
		}
	})
	return a
}

// startedCommand returns the program and arguments that Windows starts at login for an entry;
// nil for none.
func startedCommand(t *testing.T, a platform.Autostart) []string {
	t.Helper()
	run, err := registry.OpenKey(registry.CURRENT_USER, runKey, registry.QUERY_VALUE)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	line, _, err := run.GetStringValue(a.ID)
	if err != nil {
		return nil
	}
	command, err := windows.DecomposeCommandLine(line)
	if err != nil {
		t.Fatal(err)
	}
	return command
}

func TestAutostartIsSetAndRemoved(t *testing.T) {
	command := []string{`C:\Program Files\Ferry 海\ferry.exe`, "--hidden", "--profile", `D:\my "profile"\`, ""}
	a := newAutostart(t, command...)
	checkEnabled(t, a, false)
	for _, on := range []bool{false, true, true, false, false, true} {
		setAutostart(t, a, on)
		var want []string
		if on {
			want = command
		}
		if diff := cmp.Diff(want, startedCommand(t, a)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestAutostartOfMovedProgram(t *testing.T) {
	a := newAutostart(t, `C:\old\ferry.exe`)
	setAutostart(t, a, true)
	a.Command = []string{`C:\new\ferry.exe`}
	setAutostart(t, a, true)
	if diff := cmp.Diff(a.Command, startedCommand(t, a)); diff != "" {
		t.Error(diff)
	}
}

// TestAutostartDisabledInTaskManager: the Task Manager leaves the entry and saves its state
// elsewhere.
func TestAutostartDisabledInTaskManager(t *testing.T) {
	a := newAutostart(t, `C:\ferry.exe`)
	setAutostart(t, a, true)
	approved, _, err := registry.CreateKey(registry.CURRENT_USER, approvedKey, registry.SET_VALUE|registry.QUERY_VALUE)
	if err != nil {
		t.Fatal(err)
	}
	defer approved.Close()
	for _, state := range []struct {
		name    string
		value   []byte
		enabled bool
	}{
		{"disabled", []byte{3, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8}, false},
		{"enabled", []byte{2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, true},
	} {
		if err := approved.SetBinaryValue(a.ID, state.value); err != nil {
			t.Fatal(err)
		}
		if on, err := a.Enabled(); err != nil || on != state.enabled {
			t.Errorf("%s: Enabled returned %v, %v", state.name, on, err)
		}
	}
	if err := approved.SetBinaryValue(a.ID, []byte{3, 0, 0, 0}); err != nil {
		t.Fatal(err)
	}
	setAutostart(t, a, true) // which enables it again
}
