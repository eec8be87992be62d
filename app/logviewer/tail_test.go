package logviewer

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func write(t testing.TB, path, text string, flag int) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|flag, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

// newer returns the texts of the newer lines.
func newer(t testing.TB, f *tail) (texts []string, replaced bool) {
	t.Helper()
	lines, replaced, err := f.newer()
	if err != nil {
		t.Fatal(err)
	}
	return textsOf(lines), replaced
}

func textsOf(lines []line) []string {
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = l.text
	}
	return texts
}

func TestTailReadsWhatIsAdded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ferry.log")
	f := &tail{path: path}
	want := func(step string, wantReplaced bool, want ...string) {
		t.Helper()
		if got, replaced := newer(t, f); !slices.Equal(got, want) || replaced != wantReplaced {
			t.Errorf("%s: got %q, replaced %t, want %q, %t", step, got, replaced, want, wantReplaced)
		}
	}
	want("no file", false)
	write(t, path, "one\ntwo\nthr", os.O_APPEND)
	want("first read", false, "one", "two")
	want("nothing added", false)
	write(t, path, "ee\nfour\n", os.O_APPEND)
	want("rest of a line", false, "three", "four")
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	want("between two files", false)
	write(t, path, "five\n", os.O_APPEND)
	want("after the rotation", true, "five")
	write(t, path, "6\n", os.O_TRUNC)
	want("after a truncation", true, "6")
}

// TestTailReadsFileInPages checks that all lines are read, once, in their order, whatever
// their lengths are.
func TestTailReadsFileInPages(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		lengths := rapid.SliceOfN(rapid.IntRange(0, 90_000), 1, 12).Draw(t, "lengths")
		var text strings.Builder
		for i, n := range lengths {
			_, _ = fmt.Fprintf(&text, "%d %s\n", i, strings.Repeat("x", n))
		}
		path := filepath.Join(dir, "log")
		if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		f := &tail{path: path}
		lines, _, err := f.newer()
		for err == nil && f.hasOlder() {
			var older []line
			older, err = f.older()
			lines = append(older, lines...)
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(lines) != len(lengths) {
			t.Fatalf("got %d lines, want %d", len(lines), len(lengths))
		}
		for i, l := range lines {
			if !strings.HasPrefix(l.text, fmt.Sprintf("%d ", i)) || len(l.text) > maxLineBytes {
				t.Errorf("line %d is %.20q with %d bytes", i, l.text, len(l.text))
			}
		}
	})
}

// TestTailOfEndlessLine checks that a file without line ends is read, in bounded pieces.
func TestTailOfEndlessLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	write(t, path, strings.Repeat("x", 3*pageBytes+5), 0)
	f := &tail{path: path}
	got, _ := newer(t, f)
	for range 10 {
		if !f.hasOlder() {
			break
		}
		lines, err := f.older()
		if err != nil {
			t.Fatal(err)
		}
		got = append(textsOf(lines), got...)
	}
	if f.hasOlder() {
		t.Error("the beginning was not reached")
	}
	for _, text := range got {
		if len(text) > maxLineBytes {
			t.Errorf("line has %d bytes", len(text))
		}
	}
}

func TestLinesAreShownAsData(t *testing.T) {
	for name, c := range map[string]struct {
		raw   string
		text  string
		level slog.Level
	}{
		"information":    {"time=1 level=INFO msg=started", "time=1 level=INFO msg=started", slog.LevelInfo},
		"warning":        {"time=1 level=WARN msg=x", "time=1 level=WARN msg=x", slog.LevelWarn},
		"error":          {"time=1 level=ERROR msg=x", "time=1 level=ERROR msg=x", slog.LevelError},
		"unknown level":  {"a level=LOUD b", "a level=LOUD b", slog.LevelInfo},
		"no level":       {"goroutine 1 [running]:", "goroutine 1 [running]:", slog.LevelInfo},
		"terminal codes": {"\x1b[31mred\x1b[0m\a", "�[31mred�[0m�", slog.LevelInfo},
		"direction":      {"abc\u202ecba", "abc�cba", slog.LevelInfo},
		"tab":            {"\tmain.go:7", "    main.go:7", slog.LevelInfo},
	} {
		t.Run(name, func(t *testing.T) {
			got := linesOf([]byte(c.raw + "\r\n"))
			if len(got) != 1 || got[0].text != c.text || got[0].level != c.level {
				t.Errorf("got %+v", got)
			}
		})
	}
}
