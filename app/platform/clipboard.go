package platform

import (
	"errors"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
)

// ErrNoClipboard is returned when files cannot be read from the clipboard on this
// system or in this session.
var ErrNoClipboard = errors.New("no clipboard for files")

const (
	maxClipboardBytes = 32 << 20
	maxClipboardPaths = 200_000
)

// ParseClipboard parses the files on a clipboard: a list of URIs (text/uri-list, RFC
// 2483), the format of GNOME's file manager (x-special/gnome-copied-files), or plain
// paths, one per line. It returns absolute, clean paths, which need not exist, and
// the number of other lines.
func ParseClipboard(text string) (paths []string, refused int) {
	if len(text) > maxClipboardBytes {
		return nil, 1
	}
	first := true
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n\x00")
		verb := first && (line == "copy" || line == "cut") // GNOME's first line
		first = false
		if line == "" || verb || strings.HasPrefix(line, "#") {
			continue
		}
		path, ok := parseLine(line)
		if !ok || len(paths) >= maxClipboardPaths {
			refused++
			continue
		}
		paths = append(paths, path)
	}
	return paths, refused
}

// parseLine parses a path or file URI. Windows copies paths in quotes.
func parseLine(line string) (string, bool) {
	if strings.Contains(line, "\x00") {
		return "", false
	}
	if rest, ok := strings.CutPrefix(line, `"`); ok && strings.HasSuffix(rest, `"`) {
		line = strings.TrimSuffix(rest, `"`)
	}
	if filepath.IsAbs(line) {
		return filepath.Clean(line), true
	}
	return parseFileURI(line)
}

// parseFileURI returns the path of a local file's URI (RFC 8089).
func parseFileURI(uri string) (string, bool) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || u.Host != "" && u.Host != "localhost" || strings.Contains(u.Path, "\x00") {
		return "", false
	}
	path := u.Path
	if runtime.GOOS == "windows" {
		path = filepath.FromSlash(strings.TrimPrefix(path, "/"))
	}
	if !filepath.IsAbs(path) {
		return "", false
	}
	return filepath.Clean(path), true
}
