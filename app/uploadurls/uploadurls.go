// Package uploadurls parses lists of upload URLs, each of which a service has created for
// one file and given to the user.
//
// Each line of a list is a URL, or a path, a tab and a URL. Empty lines and those that
// begin with # are skipped. A URL is a server of its own ([Server]), since it may need
// other settings than the next one.
package uploadurls

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/ferryapp/ferry/app/presets"
	"github.com/ferryapp/ferry/uploader"
)

// Limits of a list.
const (
	Max     = 10_000   // URLs
	maxLine = 64 << 10 // bytes
)

// List is files with the upload URLs that were given for them. Paths is empty if the list
// has only URLs, which are then for files in their order.
type List struct{ Paths, URLs []string }

// Errors of [Parse].
var (
	ErrEmpty   = errors.New("no upload URL")
	ErrTooLong = errors.New("too many upload URLs, or a line is too long")
	ErrMixed   = errors.New("only some lines have a path")
)

// LineError means that a line is neither a URL nor a path, a tab and a URL.
type LineError struct{ Line int } // from 1

// Error implements error.
func (e *LineError) Error() string { return fmt.Sprintf("line %d is not an upload URL", e.Line) }

// RepeatedError means that a list has a URL twice.
type RepeatedError struct{ URL string }

// Error implements error.
func (e *RepeatedError) Error() string { return "an upload URL is repeated" }

// Parse parses a list. The error is a [*LineError], a [*RepeatedError] or one of the errors
// above.
func Parse(in io.Reader) (list List, err error) {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	seen := map[string]bool{}
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		path, address, hasPath := cutLast(line)
		server, err := Server(address)
		switch {
		case err != nil, hasPath && path == "":
			return List{}, &LineError{n}
		case seen[server.Endpoint]:
			return List{}, &RepeatedError{server.Endpoint}
		}
		seen[server.Endpoint] = true
		list.URLs = append(list.URLs, server.Endpoint)
		if hasPath {
			list.Paths = append(list.Paths, path)
		}
	}
	switch {
	case lines.Err() != nil, len(list.URLs) > Max:
		return List{}, ErrTooLong
	case len(list.URLs) == 0:
		return List{}, ErrEmpty
	case len(list.Paths) > 0 && len(list.Paths) < len(list.URLs):
		return List{}, ErrMixed
	}
	return list, nil
}

// cutLast cuts a line at its last tab: a path may contain one, a URL does not.
func cutLast(line string) (path, address string, hasPath bool) {
	i := strings.LastIndex(line, "\t")
	if i < 0 {
		return "", line, false
	}
	return strings.TrimSpace(line[:i]), strings.TrimSpace(line[i+1:]), true
}

// Server returns the server that is the upload URL of one file. It is removed once the file
// is uploaded ([uploader.ServerOptions.RemoveUsed]).
func Server(address string) (uploader.Server, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return uploader.Server{}, errors.New("not a web address") // err would contain it
	}
	preset, _ := presets.ByName("given")
	server, err := preset.Server(presets.Values{"url": address})
	server.Options.RemoveUsed = true
	return server, err
}
