package engine_test

import (
	"os"
	"testing"
	"time"
)

// keepModTime calls change and restores the modification time of the file.
func restoringTime(t *testing.T, path string, change func()) {
	t.Helper()
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	change()
	if err := os.Chtimes(path, time.Time{}, before.ModTime()); err != nil {
		t.Fatal(err)
	}
}
