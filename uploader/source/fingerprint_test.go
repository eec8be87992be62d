package source_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

func fingerprint(t rapid.TB, strategy source.Strategy, file source.File, destination string) string {
	t.Helper()
	key, err := strategy(context.Background(), source.Disk{}, file, destination)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestParseStrategy(t *testing.T) {
	file := stat(t, write(t, filepath.Join(t.TempDir(), "a"), "x"))
	seen := make(map[string]string)
	for _, name := range []string{"metadata", "path", "content"} {
		strategy, err := source.ParseStrategy(name)
		if err != nil {
			t.Fatal(err)
		}
		key := fingerprint(t, strategy, file, "https://example.org/")
		if other, ok := seen[key]; ok {
			t.Errorf("%s and %s have the same key", name, other)
		}
		seen[key] = name
		if len(key) > 64 || strings.ContainsAny(key, " \n/") {
			t.Errorf("%s: key %q", name, key)
		}
	}
	if _, err := source.ParseStrategy("unknown"); err == nil {
		t.Error("unknown name accepted")
	}
}

// Fingerprints are stored in databases: they must not change for the same file.
func TestFingerprintsAreStable(t *testing.T) {
	file := source.File{Path: "/home/ada/中文 📷.mov", Size: 1 << 40, ModTime: time.Unix(1_700_000_000, 123).UTC()}
	for _, test := range []struct {
		name     string
		strategy source.Strategy
		want     string
	}{
		{"metadata", source.Metadata, "m1:Ujn-b-WtiFrv7xFzFCcKYdLO4AYaw6zPYxIMJdEFBgU"},
		{"path", source.Path, "p1:9uqWaU8yW6QHn89_pkWsv3hT--dk7f-Vmu1AuOc0In0"},
	} {
		if got := fingerprint(t, test.strategy, file, "https://example.org/files/"); got != test.want {
			t.Errorf("%s is %s, want %s", test.name, got, test.want)
		}
	}
}

func TestFingerprintsDependOnEachField(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-c|:,0-9]{1,4}`)
		draw := func(label string) (source.File, string, string) {
			folder, base := name.Draw(t, label+" folder"), name.Draw(t, label+" name")
			file := source.File{
				Path:    "/" + folder + "/" + base,
				Size:    rapid.Int64Range(0, 20).Draw(t, label+" size"),
				ModTime: time.Unix(rapid.Int64Range(-2, 20).Draw(t, label+" s"), rapid.Int64Range(0, 20).Draw(t, label+" ns")),
			}
			return file, base, name.Draw(t, label+" destination")
		}
		a, aName, aTo := draw("a")
		b, bName, bTo := draw("b")
		same := aName == bName && a.Size == b.Size && a.ModTime.Equal(b.ModTime) && aTo == bTo
		if got := fingerprint(t, source.Metadata, a, aTo) == fingerprint(t, source.Metadata, b, bTo); got != same {
			t.Errorf("metadata: equal is %v, want %v", got, same)
		}
		same = same && a.Path == b.Path
		if got := fingerprint(t, source.Path, a, aTo) == fingerprint(t, source.Path, b, bTo); got != same {
			t.Errorf("path: equal is %v, want %v", got, same)
		}
	})
}

func TestMetadataIgnoresFolderAndIdentity(t *testing.T) {
	when := time.Unix(1, 2)
	a := source.File{Path: "/a/x", RelPath: "a/x", Size: 1, ModTime: when, Identity: source.Identity{Volume: 1, Index: 1}}
	b := source.File{Path: "/b/x", Size: 1, ModTime: when.UTC()}
	if fingerprint(t, source.Metadata, a, "to") != fingerprint(t, source.Metadata, b, "to") {
		t.Error("moved file has another fingerprint")
	}
}

func TestContent(t *testing.T) {
	dir := t.TempDir()
	key := func(name, content string) string {
		return fingerprint(t, source.Content, stat(t, write(t, filepath.Join(dir, name), content)), "to")
	}
	large := strings.Repeat("0123456789abcdef", 4<<20/16)
	changed := func(at int) string { return large[:at] + "!" + large[at+1:] }

	t.Run("same after renaming, copying and touching", func(t *testing.T) {
		for _, content := range []string{"", "x", large} {
			before := key("before", content)
			after := filepath.Join(dir, "after")
			write(t, after, content)
			if err := os.Chtimes(after, time.Unix(1, 0), time.Unix(1, 0)); err != nil {
				t.Fatal(err)
			}
			if got := fingerprint(t, source.Content, stat(t, after), "to"); got != before {
				t.Errorf("%d bytes: %s, want %s", len(content), got, before)
			}
		}
	})
	t.Run("different for any change of a small file, and of the ends or size of a large one", func(t *testing.T) {
		seen := make(map[string]string)
		for name, content := range map[string]string{
			"empty": "", "x": "x", "y": "y", "xx": "xx", "1 MiB": large[:1<<20], "1 MiB changed": changed(1 << 19)[:1<<20],
			"large": large, "first byte": changed(0), "last byte": changed(len(large) - 1), "longer": large + "f",
			"end of the first sample": changed(64<<10 - 1), "start of the last": changed(len(large) - 64<<10),
		} {
			k := key("file", content)
			if other, ok := seen[k]; ok {
				t.Errorf("%s and %s have the same key", name, other)
			}
			seen[k] = name
		}
	})
	t.Run("different by destination", func(t *testing.T) {
		file := stat(t, write(t, filepath.Join(dir, "d"), "x"))
		if fingerprint(t, source.Content, file, "a") == fingerprint(t, source.Content, file, "b") {
			t.Error("same key for two servers")
		}
	})
	t.Run("fails if the file changed or is missing", func(t *testing.T) {
		file := stat(t, write(t, filepath.Join(dir, "e"), "x"))
		write(t, file.Path, "xyz")
		if _, err := source.Content(t.Context(), source.Disk{}, file, "to"); !fault.Is(err, fault.SourceChanged) {
			t.Errorf("changed: got %v", err)
		}
		if err := os.Remove(file.Path); err != nil {
			t.Fatal(err)
		}
		if _, err := source.Content(t.Context(), source.Disk{}, file, "to"); !fault.Is(err, fault.SourceMissing) {
			t.Errorf("missing: got %v", err)
		}
	})
	t.Run("fails if the context ends", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := source.Content(ctx, source.Disk{}, stat(t, write(t, filepath.Join(dir, "f"), "x")), "to"); !fault.IsCanceled(err) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("sparse file", func(t *testing.T) {
		path := write(t, filepath.Join(dir, "hole"), "")
		if err := os.Truncate(path, 1<<42); err != nil {
			t.Skipf("sparse files of that size are not supported: %v", err)
		}
		fingerprint(t, source.Content, stat(t, path), "to")
	})
}

func FuzzMediaType(f *testing.F) {
	f.Add("a.txt")
	f.Add(".\xff")
	f.Fuzz(func(t *testing.T, name string) {
		if got := source.MediaType(name); !strings.Contains(got, "/") || bytes.ContainsAny([]byte(got), ";\r\n ") {
			t.Errorf("MediaType(%q) = %q", name, got)
		}
	})
}
