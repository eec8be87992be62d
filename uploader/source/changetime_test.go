package source_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/source"
)

// TestStateShowsEveryChange changes a file and restores its size and modification time.
func TestStateShowsEveryChange(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(t *testing.T, path string)
		same   bool
	}{
		{"unchanged", func(*testing.T, string) {}, true},
		{"read", func(t *testing.T, path string) {
			t.Helper()
			if _, err := os.ReadFile(path); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"edited", func(t *testing.T, path string) {
			t.Helper()
			if err := os.WriteFile(path, []byte("other"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"mode changed", func(t *testing.T, path string) {
			t.Helper()
			if err := os.Chmod(path, 0o400); err != nil {
				t.Fatal(err)
			}
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f")
			if err := os.WriteFile(path, []byte("bytes"), 0o600); err != nil {
				t.Fatal(err)
			}
			opened, file, err := source.Disk{}.Open(source.File{Path: path})
			if err != nil {
				t.Fatal(err)
			}
			defer opened.Close()
			before := stateOf(t, opened, file, time.Now())
			if before.ChangeTime == 0 {
				t.Skip("this file system has no change times")
			}
			time.Sleep(50 * time.Millisecond) // the resolution of change times
			c.change(t, path)
			if !c.same {
				if err := os.Chtimes(path, time.Time{}, file.ModTime); err != nil {
					t.Fatal(err)
				}
			}
			if after := stateOf(t, opened, file, time.Now()); after.Same(before) != c.same {
				t.Errorf("same: %v, want %v", !c.same, c.same)
			}
		})
	}
}

func TestStateIsReliableOnceItIsOld(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte("bytes"), 0o600); err != nil {
		t.Fatal(err)
	}
	opened, file, err := source.Disk{}.Open(source.File{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	changed := time.Unix(0, int64(source.ChangeTimeOf(opened)))
	if changed.UnixNano() == 0 {
		t.Skip("this file system has no change times")
	}
	kept := stateOf(t, opened, file, changed.Add(time.Hour)).Reliable // false on a network drive, FAT and others
	for _, c := range []struct {
		name string
		age  time.Duration
		want bool
	}{
		{"changed an hour ago", time.Hour, true},
		{"changed just over the resolution ago", 2*time.Second + 1, true},
		{"changed within the resolution", 2 * time.Second, false},
		{"changed in the future, as after the clock was set back", -time.Hour, false},
	} {
		state := stateOf(t, opened, file, changed.Add(c.age))
		if state.Settled != c.want || state.Reliable != (c.want && kept) {
			t.Errorf("%s: settled %v, reliable %v, want %v", c.name, state.Settled, state.Reliable, c.want)
		}
	}
}

func stateOf(t *testing.T, opened source.OpenFile, file source.File, now time.Time) source.State {
	t.Helper()
	state, err := source.StateOf(opened, file, now)
	if err != nil {
		t.Fatal(err)
	}
	return state
}
