package platform

import (
	"errors"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
)

// ErrNoClipboard says that the clipboard cannot be read for files on this system,
// or in this session.
var ErrNoClipboard = errors.New("no clipboard for files")

const (
	// copiedMost is how many bytes of a clipboard are looked at: far more than any
	// selection a person makes.
	copiedMost = 32 << 20

	// linesMost is how many lines of it.
	linesMost = 200_000
)

// ParseCopied reads the files out of what is on a clipboard: a list of URIs
// (text/uri-list, RFC 2483), what file managers copy (x-special/gnome-copied-files),
// or plain paths, one in a line. Whatever else is there is counted and left out.
// The paths are absolute and clean; nothing says that they lead anywhere.
func ParseCopied(text string) (paths []string, refused int) {
	if len(text) > copiedMost {
		return nil, 1
	}
	first := true
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n\x00")
		verb := first && (line == "copy" || line == "cut")
		first = false
		if line == "" || verb || strings.HasPrefix(line, "#") {
			continue
		}
		path, ok := pathIn(line)
		if !ok || len(paths) >= linesMost {
			refused++
			continue
		}
		paths = append(paths, path)
	}
	return paths, refused
}

// pathIn is the path that a line names, as a URI or as it is. Windows copies paths
// in quotes.
func pathIn(line string) (string, bool) {
	if strings.Contains(line, "\x00") {
		return "", false
	}
	if rest, ok := strings.CutPrefix(line, `"`); ok && strings.HasSuffix(rest, `"`) {
		line = strings.TrimSuffix(rest, `"`)
	}
	if filepath.IsAbs(line) {
		return filepath.Clean(line), true
	}
	u, err := url.Parse(line)
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
