package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/ferryapp/ferry/app/words"
)

// stdinHeader is the value of --header for lines from the standard input.
const stdinHeader = "@-"

const maxHeaderFile = 64 << 10 // bytes, as much as a server accepts at most

// Headers are the flags for the header fields of requests to the server of --to.
type Headers struct {
	Header     []string `placeholder:"'K: V'" sep:"none" help:"${help_header}"`
	HeaderFile []string `placeholder:"FILE" sep:"none" help:"${help_header_file}"`
}

// check validates the flags, as far as that is possible without reading anything.
func (h *Headers) check(to string, paths []string) error {
	switch {
	case to != "":
	case len(h.Header) > 0:
		return usageError("cli.usage.header.to", words.Data{"Flag": "--header"})
	case len(h.HeaderFile) > 0:
		return usageError("cli.usage.header.to", words.Data{"Flag": "--header-file"})
	}
	lines, stdins := h.arguments()
	if stdins > 1 || stdins == 1 && slices.Contains(paths, Stdin) {
		return usageError("cli.usage.header.stdin", nil)
	}
	_, err := parseHeaders(lines)
	return err
}

// arguments returns the header fields in the arguments, and how often they refer to the
// standard input.
func (h *Headers) arguments() (lines []string, stdins int) {
	for _, line := range h.Header {
		if line == stdinHeader {
			stdins++
			continue
		}
		lines = append(lines, line)
	}
	return lines, stdins
}

// Read returns all header fields: those of the arguments, of the files, of the standard input
// if the arguments refer to it, and of HeaderEnv unless one with the same name is among the
// others. It prints to the standard error what other users may be able to read.
func (h *Headers) Read(to string, streams Streams) ([]string, error) {
	lines, stdins := h.arguments()
	warnArguments(to, lines, streams.Err)
	for _, path := range h.HeaderFile {
		warnReadable(path, streams.Err)
		read, err := readHeaderFile(path)
		if err != nil || len(read) == 0 {
			return nil, userError("cli.header-file", words.Data{"File": words.Printable(path)})
		}
		lines = append(lines, read...)
	}
	if stdins > 0 {
		read, err := readLines(streams.In)
		if err != nil || len(read) == 0 {
			return nil, userError("cli.header.stdin", nil)
		}
		lines = append(lines, read...)
	}
	header, err := parseHeaders(lines)
	if err != nil || to == "" {
		return lines, err
	}
	return appendOthers(lines, header, streams.Secrets.Header)
}

// readHeaderFile returns the lines of a file, which may be a pipe.
func readHeaderFile(path string) ([]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readLines(file)
}

// appendOthers appends the lines of text whose names are not in header.
func appendOthers(lines []string, header http.Header, text string) ([]string, error) {
	more, err := readLines(strings.NewReader(text))
	if err != nil {
		return nil, usageError("cli.usage.header.form", nil)
	}
	if _, err := parseHeaders(more); err != nil {
		return nil, err
	}
	for _, line := range more {
		name, _, _ := strings.Cut(line, ":")
		if len(header.Values(strings.TrimSpace(name))) == 0 {
			lines = append(lines, line)
		}
	}
	return lines, nil
}

// readLines returns the lines of header fields, without empty ones and those that begin
// with #. It reads at most maxHeaderFile bytes, and fails if there is more.
func readLines(in io.Reader) ([]string, error) {
	limited := &io.LimitedReader{R: in, N: maxHeaderFile + 1}
	scanner := bufio.NewScanner(limited)
	scanner.Buffer(nil, maxHeaderFile+1)
	var lines []string
	for scanner.Scan() {
		line := strings.TrimSpace(strings.TrimPrefix(scanner.Text(), "\ufeff"))
		if line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	if limited.N <= 0 {
		return nil, errors.New("too many header fields")
	}
	return lines, scanner.Err()
}

// warnArguments warns about secrets in arguments, which other users of the computer can
// see.
func warnArguments(to string, lines []string, out io.Writer) {
	if u, err := url.Parse(to); err == nil && isURL(to) {
		if _, has := u.User.Password(); has {
			fmt.Fprintln(out, words.Text("cli.warning.url", words.Data{"Variable": HeaderEnv}))
		}
	}
	for _, line := range lines {
		name, _, _ := strings.Cut(line, ":")
		if isSecretName(name) {
			fmt.Fprintln(out, words.Text("cli.warning.header", words.Data{"Name": words.Printable(strings.TrimSpace(name)), "Variable": HeaderEnv}))
		}
	}
}

// isSecretName reports whether the value of a header field is usually a secret.
func isSecretName(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"auth", "cookie", "token", "key", "secret", "passw", "signature", "credential", "session"}, func(part string) bool {
		return strings.Contains(name, part)
	})
}

// warnReadable warns about a file with secrets that other users may be able to read.
// Pipes are not files, and Windows has no modes. An empty path is no file.
func warnReadable(path string, out io.Writer) {
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS == "windows" || !info.Mode().IsRegular() || info.Mode().Perm()&0o077 == 0 {
		return
	}
	fmt.Fprintln(out, words.Text("cli.warning.file", words.Data{"File": words.Printable(path)}))
}
