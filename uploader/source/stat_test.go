package source_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

func write(t testing.TB, path, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func stat(t testing.TB, path string) source.File {
	t.Helper()
	file, err := disk.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestStat(t *testing.T) {
	t.Run("size, time and identity", func(t *testing.T) {
		path := write(t, filepath.Join(t.TempDir(), "a.txt"), "four")
		when := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
		if err := os.Chtimes(path, when, when); err != nil {
			t.Fatal(err)
		}
		file := stat(t, path)
		if file.Path != path || file.Name() != "a.txt" || file.RelPath != "" || file.Size != 4 ||
			!file.ModTime.Equal(when) || !file.Identity.Known() {
			t.Errorf("got %+v", file)
		}
	})
	t.Run("relative path", func(t *testing.T) {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "a"), "")
		t.Chdir(dir)
		if got := stat(t, "./b/../a").Path; !filepath.IsAbs(got) || got != filepath.Clean(got) || filepath.Base(got) != "a" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("renamed file has the same identity", func(t *testing.T) {
		dir := t.TempDir()
		before := stat(t, write(t, filepath.Join(dir, "a"), "x"))
		moved := filepath.Join(dir, "b")
		if err := os.Rename(before.Path, moved); err != nil {
			t.Fatal(err)
		}
		if after := stat(t, moved); after.Identity != before.Identity || !after.Same(before) {
			t.Errorf("%+v became %+v", before, after)
		}
	})
	t.Run("copy has another identity", func(t *testing.T) {
		dir := t.TempDir()
		a, b := stat(t, write(t, filepath.Join(dir, "a"), "x")), stat(t, write(t, filepath.Join(dir, "b"), "x"))
		if a.Identity == b.Identity {
			t.Errorf("both are %+v", a.Identity)
		}
	})
	t.Run("odd names", func(t *testing.T) {
		for _, name := range oddNames {
			path := write(t, filepath.Join(t.TempDir(), name), "x")
			if got := stat(t, path).Name(); got != name {
				t.Errorf("got %q, want %q", got, name)
			}
		}
	})
}

func TestStatFaults(t *testing.T) {
	dir := t.TempDir()
	file := write(t, filepath.Join(dir, "file"), "x")
	for _, test := range []struct {
		name, path string
		want       fault.Kind
	}{
		{"empty path", "", fault.SourceMissing},
		{"missing file", filepath.Join(dir, "none"), fault.SourceMissing},
		{"file as folder", filepath.Join(file, "below"), fault.SourceMissing},
		{"folder", dir, fault.SourceUnsupported},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := disk.Stat(test.path); !fault.Is(err, test.want) {
				t.Errorf("stat: got %v, want %v", err, test.want)
			}
			opened, _, err := disk.Open(source.File{Path: test.path})
			if opened != nil || !fault.Is(err, test.want) {
				t.Errorf("open: got %v, want %v", err, test.want)
			}
		})
	}
}

func TestOpen(t *testing.T) {
	t.Run("changed file", func(t *testing.T) {
		path := write(t, filepath.Join(t.TempDir(), "a"), "before")
		before := stat(t, path)
		before.RelPath = "folder/a"
		write(t, path, "after it changed")
		opened, now, err := disk.Open(before)
		if err != nil {
			t.Fatal(err)
		}
		defer opened.Close()
		content, err := io.ReadAll(io.NewSectionReader(opened, 0, 1<<20))
		if err != nil || string(content) != "after it changed" {
			t.Errorf("read %q, %v", content, err)
		}
		if now.Same(before) || now.Size != 16 || now.RelPath != before.RelPath || now.Identity != before.Identity {
			t.Errorf("got %+v", now)
		}
	})
}

func TestClassify(t *testing.T) {
	known := fault.Newf(fault.SourceChanged, fault.Read, "x")
	for _, test := range []struct {
		name string
		err  error
		want fault.Kind
	}{
		{"fault", known, fault.SourceChanged},
		{"not exist", os.ErrNotExist, fault.SourceMissing},
		{"permission", os.ErrPermission, fault.SourceDenied},
		{"other", errors.New("input/output error"), fault.LocalDisk},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := source.Classify(fault.Read, test.err); !fault.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
	if err := source.Classify(fault.Read, nil); err != nil {
		t.Errorf("nil became %v", err)
	}
}

func TestSame(t *testing.T) {
	now := time.Now()
	one, two := source.Identity{Volume: 1, Index: 1}, source.Identity{Volume: 1, Index: 2}
	base := source.File{Path: "/a", Size: 1, ModTime: now, Identity: one}
	for _, test := range []struct {
		name  string
		other source.File
		want  bool
	}{
		{"itself", base, true},
		{"moved", source.File{Path: "/b", Size: 1, ModTime: now, Identity: one}, true},
		{"in another time zone", source.File{Path: "/a", Size: 1, ModTime: now.UTC(), Identity: one}, true},
		{"without an identity", source.File{Path: "/a", Size: 1, ModTime: now}, true},
		{"longer", source.File{Path: "/a", Size: 2, ModTime: now, Identity: one}, false},
		{"touched", source.File{Path: "/a", Size: 1, ModTime: now.Add(1), Identity: one}, false},
		{"another file at the same path", source.File{Path: "/a", Size: 1, ModTime: now, Identity: two}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if base.Same(test.other) != test.want || test.other.Same(base) != test.want {
				t.Errorf("want %v", test.want)
			}
		})
	}
}

func TestMediaType(t *testing.T) {
	for name, want := range map[string]string{
		"a.mov": "video/quicktime", "A.MP4": "video/mp4", "photo.JPG": "image/jpeg", "raw.cr3": "image/x-canon-cr3",
		"raw.NEF": "image/x-nikon-nef", "a.tar.gz": "application/gzip", "a.txt": "text/plain", "table.csv": "text/csv",
		"a.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		"none":   "application/octet-stream", "": "application/octet-stream", ".": "application/octet-stream",
		"a.no-such-type": "application/octet-stream", "日本.pdf": "application/pdf", "a\nb.zip": "application/zip",
	} {
		if got := source.MediaType(name); got != want {
			t.Errorf("MediaType(%q) = %s, want %s", name, got, want)
		}
	}
}
