package logviewer

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader/privatefile"
)

const (
	// pageBytes is how much of a file is read at once.
	pageBytes = 256 << 10
	// maxLineBytes is how much of a line is kept.
	maxLineBytes = 16 << 10
)

// line is a line of a file.
type line struct {
	text  string // without control characters
	level slog.Level
}

// tail reads a text file that other goroutines or programs append to, from its end. It
// keeps no file open, so that the file can be rotated. The zero value with a path is at the
// end of an unread file. It may be used from one goroutine at a time.
type tail struct {
	path       string
	info       fs.FileInfo // of the file that was read; nil for none
	start, end int64       // of what was read, in bytes; both at the beginning of a line
}

// newer returns the lines that were appended since the last call, at first those of the
// last page. Replaced reports that the file is another one than before, or was truncated:
// earlier lines are not of it. A file that does not exist is empty.
func (t *tail) newer() (lines []line, replaced bool, err error) {
	file, info, err := t.open()
	if err != nil || file == nil {
		return nil, false, err
	}
	defer func() { _ = file.Close() }()
	if t.info == nil || !os.SameFile(t.info, info) || info.Size() < t.end {
		replaced = t.info != nil
		t.start = max(0, info.Size()-pageBytes)
		t.end = t.start
	}
	t.info = info
	text, err := readAt(file, t.end, min(pageBytes, info.Size()-t.end))
	if err != nil {
		return nil, replaced, err
	}
	if t.start == t.end && t.start > 0 { // the page begins inside a line
		cut := bytes.IndexByte(text, '\n') + 1
		t.start, t.end, text = t.start+int64(cut), t.end+int64(cut), text[cut:]
	}
	whole := bytes.LastIndexByte(text, '\n') + 1
	if whole == 0 && len(text) >= pageBytes {
		whole = len(text) // a line that is longer than a page
	}
	t.end += int64(whole)
	return linesOf(text[:whole]), replaced, nil
}

// older returns the lines of the page before what was read; none at the beginning of the
// file, or if the file is another one by now.
func (t *tail) older() ([]line, error) {
	if t.start == 0 || t.info == nil {
		return nil, nil
	}
	file, info, err := t.open()
	if err != nil || file == nil || !os.SameFile(t.info, info) {
		t.start = 0
		return nil, err
	}
	defer func() { _ = file.Close() }()
	from := max(0, t.start-pageBytes)
	text, err := readAt(file, from, t.start-from)
	if err != nil {
		return nil, err
	}
	if from > 0 {
		cut := bytes.IndexByte(text, '\n') + 1
		if cut < len(text) { // otherwise it is one line that is longer than a page
			from, text = from+int64(cut), text[cut:]
		}
	}
	t.start = from
	return linesOf(text), nil
}

// hasOlder reports whether there is something before what was read.
func (t *tail) hasOlder() bool { return t.start > 0 }

// open opens the file; nil if it does not exist.
func (t *tail) open() (*os.File, fs.FileInfo, error) {
	file, err := privatefile.OpenFile(t.path, os.O_RDONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return file, info, nil
}

func readAt(file *os.File, offset, length int64) ([]byte, error) {
	text := make([]byte, length)
	n, err := file.ReadAt(text, offset)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return text[:n], err
}

// linesOf returns the lines of a text.
func linesOf(text []byte) []line {
	var lines []line
	for raw := range bytes.Lines(text) {
		raw = bytes.TrimRight(raw, "\r\n")
		if len(raw) > maxLineBytes {
			raw = raw[:maxLineBytes]
			for len(raw) > 0 && !utf8.RuneStart(raw[len(raw)-1]) {
				raw = raw[:len(raw)-1]
			}
		}
		lines = append(lines, line{text: printable(string(raw)), level: levelOf(string(raw))})
	}
	return lines
}

// printable returns a line without control characters, such as those that change the
// colours of a terminal. A tab is four spaces.
func printable(text string) string { return words.Printable(strings.ReplaceAll(text, "\t", "    ")) }

// levelOf returns the level of a line that a slog.TextHandler has written; LevelInfo for
// another line.
func levelOf(text string) slog.Level {
	_, rest, found := strings.Cut(text, " level=")
	if !found {
		return slog.LevelInfo
	}
	name, _, _ := strings.Cut(rest, " ")
	var level slog.Level
	if err := level.UnmarshalText([]byte(name)); err != nil {
		return slog.LevelInfo
	}
	return level
}
