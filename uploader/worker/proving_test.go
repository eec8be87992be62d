package worker

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

// TestAnEditBetweenSendingAndProvingIsNotProven is about the moment after the
// network has read a stretch of the file and before the proof has: what is
// written there in between was never sent.
func TestAnEditBetweenSendingAndProvingIsNotProven(t *testing.T) {
	for _, c := range []struct {
		name   string
		edit   func(t *testing.T, file *os.File)
		Proven bool
	}{
		{"left alone", func(*testing.T, *os.File) {}, true},
		{"edited", func(t *testing.T, file *os.File) {
			t.Helper()
			if _, err := file.WriteAt([]byte("edited"), 100); err != nil {
				t.Fatal(err)
			}
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "film.mov")
			if err := os.WriteFile(path, make([]byte, 2<<20), 0o600); err != nil {
				t.Fatal(err)
			}
			long := time.Now().Add(-time.Hour)
			if err := os.Chtimes(path, long, long); err != nil {
				t.Fatal(err)
			}
			file, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			seen, err := source.Disk.Stat(source.Disk{}, path)
			if err != nil {
				t.Fatal(err)
			}
			proven := false
			w := New(Config{
				Transfer: uploader.Transfer{ID: 1, Source: seen},
				Report:   func(_ uploader.TransferID, in ...lifecycle.Input) { _, proven = in[0].(lifecycle.BlocksHashed) },
			})
			if err := w.attest(t.Context(), file, seen); err != nil {
				t.Fatal(err)
			}
			c.edit(t, file) // after the network has read it
			if err := w.prover.Advance(t.Context(), 1<<20); err != nil {
				t.Fatal(err)
			}
			w.handProof(1)
			if proven != c.Proven {
				t.Errorf("proven: %v, want %v", proven, c.Proven)
			}
		})
	}
}
