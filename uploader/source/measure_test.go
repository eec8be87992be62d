package source_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/ferryapp/ferry/uploader/digest"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// openReported opens a file with that content, of which the system reports another size.
func openReported(t *testing.T, content []byte, size int64) (*uploadtest.Disk, source.OpenFile, source.File) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	system := &uploadtest.Disk{}
	system.ReportSize(path, size)
	opened, seen, err := source.NewDisk(system).Open(source.File{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	return system, opened, seen
}

func TestUnderstates(t *testing.T) {
	for _, test := range []struct {
		name           string
		content, size  int
		want, wantFail bool
	}{
		{"right size", 10, 10, false, false},
		{"empty file", 0, 0, false, false},
		{"size 0 with content", 10, 0, true, false},
		{"size too small", 10, 9, true, false},
		{"size too large", 10, 4096, false, false},
		{"size 0 and unreadable", 10, 0, false, true},
		{"right size and unreadable", 10, 10, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			system, opened, seen := openReported(t, make([]byte, test.content), int64(test.size))
			if test.wantFail || test.name == "right size and unreadable" {
				system.FailOn(1)
			}
			got, err := source.Understates(opened, seen)
			if got != test.want || fault.Is(err, fault.LocalDisk) != test.wantFail {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
	t.Run("file grows", func(t *testing.T) {
		system, opened, seen := openReported(t, make([]byte, 10), 5)
		system.ReportSize(seen.Path, 10)
		if got, err := source.Understates(opened, seen); got || err != nil {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

func TestMeasure(t *testing.T) {
	for _, size := range []int{1, 1 << 20, 1<<20 + 1, 3 << 20} {
		content := bytes.Repeat([]byte("0123456789abcdef"), size/16+1)[:size]
		_, opened, seen := openReported(t, content, 0)
		progress := int64(0)
		m, err := source.Measure(t.Context(), opened, seen, func(n int64) { progress = n })
		if err != nil {
			t.Fatal(err)
		}
		sum := digest.New()
		_, _ = sum.Write(content)
		if m.File.Size != int64(size) || m.Digest != sum.Digest() || progress != int64(size) {
			t.Errorf("%d bytes: size %d, progress %d", size, m.File.Size, progress)
		}
		if now, err := source.StatOpen(m, m.File); err != nil || !now.Same(m.File) {
			t.Errorf("%d bytes: state is %+v (%v), want %+v", size, now, err, m.File)
		}
		if got, err := io.ReadAll(io.NewSectionReader(m, 0, int64(size)+1)); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%d bytes: read %d, %v", size, len(got), err)
		}
	}
}

// TestMeasuredContentIsReadOnce: what is in /proc may be different every time.
func TestMeasuredContentIsReadOnce(t *testing.T) {
	_, opened, seen := openReported(t, []byte("before"), 0)
	m, err := source.Measure(t.Context(), opened, seen, func(int64) {})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(seen.Path, []byte("after "), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, _ := io.ReadAll(io.NewSectionReader(m, 0, m.File.Size)); string(got) != "before" {
		t.Errorf("read %q", got)
	}
}

// TestMeasuredFileReportsItsSizeOnceKnown: reading a placeholder may make the system
// report its size.
func TestMeasuredFileReportsItsSizeOnceKnown(t *testing.T) {
	system, opened, seen := openReported(t, make([]byte, 100), 0)
	m, err := source.Measure(t.Context(), opened, seen, func(int64) {})
	if err != nil {
		t.Fatal(err)
	}
	system.ReportSize(seen.Path, 101)
	if now, err := source.StatOpen(m, m.File); err != nil || now.Size != 101 {
		t.Errorf("size %d (%v), want 101", now.Size, err)
	}
}

func TestEndsEarly(t *testing.T) {
	for _, test := range []struct {
		name     string
		change   func(system *uploadtest.Disk, path string)
		wantKind fault.Kind
		wantCode string
	}{
		{"reported size was never right", nil, fault.SourceUnsupported, fault.CodeEndsEarly},
		{"file became shorter", func(system *uploadtest.Disk, path string) { system.ReportSize(path, 23) }, fault.SourceChanged, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			system, opened, seen := openReported(t, make([]byte, 23), 4096)
			err := source.NewHasher(opened, seen.Size, 0).HashTo(t.Context(), seen.Size)
			if test.change != nil {
				test.change(system, seen.Path)
			}
			f := fault.Of(source.EndsEarly(opened, seen, err))
			if f.Kind != test.wantKind || f.Code != test.wantCode {
				t.Fatalf("fault is %v with code %q", f, f.Code)
			}
			if readable, size := f.EndsEarly(); test.wantCode != "" && (readable != 23 || size != 4096) {
				t.Errorf("numbers are %d and %d", readable, size)
			}
		})
	}
	other := fault.Newf(fault.LocalDisk, fault.Read, "x")
	if _, opened, seen := openReported(t, nil, 0); !errors.Is(source.EndsEarly(opened, seen, other), other) {
		t.Error("another fault is not returned unchanged")
	}
}

// TestContentOfUnmeasuredFiles: files of size 0 with different content are different.
func TestContentOfUnmeasuredFiles(t *testing.T) {
	prints := map[string]bool{}
	for _, content := range []string{"", "a", "b"} {
		system, _, seen := openReported(t, []byte(content), 0)
		fingerprint, err := source.Content(t.Context(), source.NewDisk(system), seen, "to")
		if err != nil {
			t.Fatal(err)
		}
		prints[fingerprint] = true
	}
	if len(prints) != 3 {
		t.Errorf("%d fingerprints of 3 files", len(prints))
	}
}
