//go:build unix

package source_test

import (
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// oddNames are names that Unix allows, one of them not UTF-8.
var oddNames = []string{
	"two words", " leading", "trailing ", "new\nline", "quote'\"`", "📷 photo.jpg", "中文.txt", "not\xff\xfeutf-8",
	"-rf", "a\\b", "C:x", "*?[", "$(id)", "...", "e\u0301", "\u202egpj.exe", "tab\t", "%2e%2e",
}

func fifo(t testing.TB, path string) string {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func socket(t testing.TB, path string) string {
	t.Helper()
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return path
}

func link(t testing.TB, to, path string) string {
	t.Helper()
	if err := os.Symlink(to, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// shortDir returns a folder with a path short enough for sockets.
func shortDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "f")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func TestSpecialFiles(t *testing.T) {
	dir := shortDir(t)
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, test := range []struct {
		name, path string
		want       fault.Kind
	}{
		{"named pipe without a writer", fifo(t, at("fifo")), fault.SourceUnsupported},
		{"link to a named pipe", link(t, "fifo", at("to-fifo")), fault.SourceUnsupported},
		{"socket", socket(t, at("socket")), fault.SourceUnsupported},
		{"device", "/dev/zero", fault.SourceUnsupported},
		{"broken link", link(t, "missing", at("broken")), fault.SourceMissing},
		{"link to itself", link(t, "loop", at("loop")), fault.SourceMissing},
		{"name too long", at(strings.Repeat("x", 300)), fault.SourceUnsupported},
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
	t.Run("link to a file has the path of the link", func(t *testing.T) {
		target := stat(t, write(t, at("target"), "x"))
		linked := stat(t, link(t, "target", at("link")))
		if linked.Path != at("link") || linked.Identity != target.Identity {
			t.Errorf("got %+v", linked)
		}
	})
}

func TestDenied(t *testing.T) {
	dir := shortDir(t)
	secret := write(t, filepath.Join(dir, "secret"), "x")
	locked := filepath.Join(dir, "locked")
	within := write(t, filepath.Join(locked, "within"), "x")
	open := write(t, filepath.Join(dir, "open"), "x")
	for path, mode := range map[string]os.FileMode{dir: 0o755, secret: 0, locked: 0} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = os.Chmod(locked, 0o755) })

	unprivileged(t, func() {
		opened, _, err := disk.Open(stat(t, open))
		if err != nil {
			t.Fatalf("readable file: %v", err)
		}
		_ = opened.Close()
		if _, _, err := disk.Open(stat(t, secret)); !fault.Is(err, fault.SourceDenied) {
			t.Errorf("unreadable file: got %v", err)
		}
		if _, err := disk.Stat(within); !fault.Is(err, fault.SourceDenied) {
			t.Errorf("file in an unreadable folder: got %v", err)
		}
		got := scan(t, source.ScanOptions{}, dir)
		want := map[string]string{"/open": "", "/secret": "", "/locked": "source-denied"}
		compare(t, got, want, filepath.Base(dir))
	})
}

func TestTooManyOpenFilesIsTransient(t *testing.T) {
	for name, err := range map[string]error{
		"of this program":   &os.PathError{Op: "open", Path: "/a", Err: syscall.EMFILE},
		"of the system":     os.NewSyscallError("openat", syscall.ENFILE),
		"memory, in a read": &os.PathError{Op: "read", Path: "/a", Err: syscall.ENOMEM},
	} {
		got := fault.Of(source.Classify(fault.Open, err))
		if got.Kind != fault.Transient || got.Code != fault.CodeExhausted {
			t.Errorf("%s: got %v, code %q", name, got, got.Code)
		}
	}
}

// TestClassifySystemErrors: a drive that is not connected is awaited; a file that does not
// exist is not.
func TestClassifySystemErrors(t *testing.T) {
	for _, test := range []struct {
		errno    syscall.Errno
		wantKind fault.Kind
		wantCode string
	}{
		{syscall.ENOENT, fault.SourceMissing, ""},
		{syscall.ENOTDIR, fault.SourceMissing, ""},
		{syscall.ELOOP, fault.SourceMissing, ""},
		{syscall.EACCES, fault.SourceDenied, ""},
		{syscall.EIO, fault.LocalDisk, ""},
		{syscall.EBUSY, fault.SourceBusy, ""},
		{syscall.ESTALE, fault.SourceBusy, fault.CodeDriveMissing},
		{syscall.ENOTCONN, fault.SourceBusy, fault.CodeDriveMissing},
		{syscall.ENODEV, fault.SourceBusy, fault.CodeDriveMissing},
		{syscall.ETIMEDOUT, fault.SourceBusy, fault.CodeDriveMissing},
		{syscall.EHOSTDOWN, fault.SourceBusy, fault.CodeDriveMissing},
	} {
		err := &fs.PathError{Op: "read", Path: "/net/film.mov", Err: test.errno}
		if f := fault.Of(source.Classify(fault.Read, err)); f.Kind != test.wantKind || f.Code != test.wantCode {
			t.Errorf("%v: fault is %v with code %q", test.errno, f, f.Code)
		}
	}
}
