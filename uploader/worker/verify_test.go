package worker

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

// readCounter counts the reads of a file.
type readCounter struct {
	source.OpenFile
	reads int
}

func (c *readCounter) ReadAt(p []byte, at int64) (int, error) {
	c.reads++
	return c.OpenFile.ReadAt(p, at)
}

// TestVerifySourceBeforeResuming resumes a file of 4 MiB of which the server has 3.
func TestVerifySourceBeforeResuming(t *testing.T) {
	const size, sent = 4 << 20, 3 << 20
	for _, c := range []struct {
		name        string
		verified    bool // by a worker of this run
		proof       uploader.ResumeCheck
		change      func(t *testing.T, path string)
		wantRead    bool
		wantChanged bool
	}{
		{"verified by an earlier run", false, uploader.ResumeCheckSamples, nil, true, false},
		{"verified by this run and unchanged", true, uploader.ResumeCheckSamples, nil, false, false},
		{"verified by this run with whole proof", true, uploader.ResumeCheckAll, nil, true, false},
		{"touched with modification time restored", true, uploader.ResumeCheckSamples, func(*testing.T, string) {}, true, false},
		{"edited with modification time restored", true, uploader.ResumeCheckSamples, func(t *testing.T, path string) {
			t.Helper()
			file, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			if _, err := file.WriteAt([]byte("edited"), 1<<20); err != nil {
				t.Fatal(err)
			}
		}, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "film.mov")
			if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
				t.Fatal(err)
			}
			file, seen, err := source.Disk{}.Open(source.File{Path: path})
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			prover := source.NewHasher(file, size, nil)
			if err := prover.HashTo(t.Context(), sent); err != nil {
				t.Fatal(err)
			}
			before := fileState(file, seen)
			if !before.HasChangeTime {
				t.Skip("this file system has no change times")
			}
			if c.change != nil {
				c.change(t, path)
				restoreModTime(t, path, file, before)
			}
			counted := &readCounter{OpenFile: file}
			w := New(Config{
				Transfer:  uploader.Transfer{ID: 1, Source: seen, Fingerprint: "m1", Session: uploader.Session{URL: "u", Offset: sent}},
				Settings:  uploader.Settings{ResumeCheck: c.proof},
				LoadProof: func(context.Context, uploader.TransferID) (source.Proof, error) { return prover.Proof(), nil },
				Report:    func(uploader.TransferID, ...lifecycle.Input) {},
			})
			if c.verified {
				w.file.verified = before
			}
			w.file.handle, w.file.opened = counted, seen
			err = w.file.verify(t.Context(), sent)
			if changed := fault.Is(err, fault.SourceChanged); changed != c.wantChanged || err != nil && !changed {
				t.Errorf("error %v, want SourceChanged: %v", err, c.wantChanged)
			}
			if read := counted.reads > 0; read != c.wantRead {
				t.Errorf("%d reads, want any: %v", counted.reads, c.wantRead)
			}
		})
	}
}

// restoreModTime restores the modification time of a file, until its change time,
// which has a resolution of a few milliseconds, differs from before.
func restoreModTime(t *testing.T, path string, file source.OpenFile, before lifecycle.FileState) {
	t.Helper()
	for {
		if err := os.Chtimes(path, time.Time{}, before.File.ModTime); err != nil {
			t.Fatal(err)
		}
		if changed, _ := source.ChangeTime(file); !changed.Equal(before.ChangeTime) {
			return
		}
	}
}

// TestBlocksOfFileEditedWhileSending edits the file after a request has read a block
// and before the hash has: the block is not what was sent.
func TestBlocksOfFileEditedWhileSending(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(t *testing.T, file *os.File)
		want bool // blocks are reported
	}{
		{"unchanged", func(*testing.T, *os.File) {}, true},
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
			old := time.Now().Add(-time.Hour)
			if err := os.Chtimes(path, old, old); err != nil {
				t.Fatal(err)
			}
			file, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			seen, err := source.Disk{}.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			reported := false
			w := New(Config{
				Transfer: uploader.Transfer{ID: 1, Source: seen},
				Report:   func(_ uploader.TransferID, in ...lifecycle.Input) { _, reported = in[0].(lifecycle.BlocksHashed) },
			})
			w.file.handle, w.file.opened = file, seen
			if err := w.file.verify(t.Context(), 0); err != nil {
				t.Fatal(err)
			}
			c.edit(t, file)
			if err := w.file.hasher.HashTo(t.Context(), 1<<20); err != nil {
				t.Fatal(err)
			}
			w.file.reportBlocks()
			if reported != c.want {
				t.Errorf("blocks reported: %v, want %v", reported, c.want)
			}
		})
	}
}
