package connect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/tus"
)

const (
	perFileTimeout = time.Minute
	maxPerFile     = 64 << 10 // bytes of output, as much as a server accepts at most as header

	// exitTempFail is the exit code of a program that may succeed later (EX_TEMPFAIL of
	// sysexits.h).
	exitTempFail = 75
)

// SetPerFile makes a program print what a service issues for each file that is uploaded to
// the server at endpoint, until this program exits; see [ParsePerFile]. The only argument of
// the program is the path of the file.
func (c *Connector) SetPerFile(endpoint, program string) {
	c.perFile.Store(endpoint, program)
}

// PerFile implements engine.Config.PerFile.
func (c *Connector) PerFile(server uploader.Server) uploader.PerFileFunc {
	program, ok := c.perFile.Load(server.Endpoint)
	if !ok {
		return nil
	}
	return func(ctx context.Context, path string) (uploader.PerFile, error) {
		return runPerFile(ctx, program.(string), path) //nolint:forcetypeassert // only SetPerFile stores
	}
}

// runPerFile runs a program for the file at path. Its output may contain secrets and is in
// no error.
func runPerFile(ctx context.Context, program, path string) (uploader.PerFile, error) {
	limited, cancel := context.WithTimeout(ctx, perFileTimeout)
	defer cancel()
	out, messages := &limitedBuffer{max: maxPerFile}, &limitedBuffer{max: maxPerFile}
	command := exec.CommandContext(limited, program, path) //nolint:gosec // the user's program; the path is one argument, no shell reads it
	command.Stdout, command.Stderr, command.WaitDelay = out, messages, time.Second
	err := command.Run()
	exit, failed := errors.AsType[*exec.ExitError](err)
	switch {
	case ctx.Err() != nil:
		return uploader.PerFile{}, ctx.Err()
	case limited.Err() != nil:
		return uploader.PerFile{}, perFileFault("no output of %s within %v", program, perFileTimeout)
	case failed && exit.ExitCode() == exitTempFail:
		return uploader.PerFile{}, fault.Newf(fault.Transient, fault.Create, "%s: %s", program, lastLine(messages.String()))
	case failed:
		return uploader.PerFile{}, perFileFault("%s ended with %v: %s", program, exit.ProcessState, lastLine(messages.String()))
	case err != nil:
		return uploader.PerFile{}, perFileFault("%v", err)
	case out.overflowed:
		return uploader.PerFile{}, perFileFault("output of %s has more than %d bytes", program, maxPerFile)
	}
	issued, err := ParsePerFile(out.String())
	if err != nil {
		return uploader.PerFile{}, perFileFault("output of %s: %v", program, err)
	}
	return issued, nil
}

func perFileFault(format string, args ...any) *fault.Fault {
	f := fault.Newf(fault.Refused, fault.Create, format, args...)
	f.Code = fault.CodePerFileFailed
	return f
}

// lastLine returns the last line of a program's messages that is not empty.
func lastLine(text string) string {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.TrimSpace(line) == "" })
	if len(lines) == 0 {
		return "no message"
	}
	return fmt.Sprintf("%.300s", strings.TrimSpace(lines[len(lines)-1]))
}

// ParsePerFile parses what a program prints for one file. Each line is one of
//
//	Name: value      a header field of all requests for the upload
//	key=value        metadata of the upload
//	https://…        the URL of the upload, if the service created it
//
// Empty lines are skipped. At least one of them is required. Errors contain the number of
// the line and not its text, which may be a secret.
func ParsePerFile(output string) (uploader.PerFile, error) {
	issued := uploader.PerFile{Header: http.Header{}}
	for i, line := range strings.Split(output, "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if err := addPerFileLine(&issued, line); err != nil {
			return uploader.PerFile{}, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	if len(issued.Header) == 0 && len(issued.Metadata) == 0 && issued.URL == "" {
		return uploader.PerFile{}, errors.New("no header field, metadata or URL")
	}
	return issued, nil
}

func addPerFileLine(issued *uploader.PerFile, line string) error {
	if strings.HasPrefix(line, "https://") || strings.HasPrefix(line, "http://") {
		u, err := url.Parse(line)
		if err != nil || netx.CheckAddress(u) != nil || u.User != nil {
			return errors.New("not a valid URL")
		}
		if issued.URL != "" {
			return errors.New("a second URL")
		}
		issued.URL = line
		return nil
	}
	end := strings.IndexAny(line, ":=")
	if end < 0 {
		return errors.New("neither a header field nor metadata nor a URL")
	}
	if line[end] == '=' {
		return addPerFileMetadata(issued, line[:end], line[end+1:])
	}
	header, err := ParseHeader([]string{line})
	if err != nil || header.Get("Host") != "" { // the server has one host
		return errors.New("not a valid header field")
	}
	for name, values := range header {
		issued.Header[http.CanonicalHeaderKey(name)] = append(issued.Header[http.CanonicalHeaderKey(name)], values...)
	}
	return nil
}

func addPerFileMetadata(issued *uploader.PerFile, key, value string) error {
	if key == "" || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' || r == ',' }) { // as tus 1.0.0, Upload-Metadata
		return errors.New("not a valid metadata key")
	}
	if slices.ContainsFunc(issued.Metadata, func(p tus.Pair) bool { return p.Key == key }) {
		return errors.New("a metadata key that another line has")
	}
	issued.Metadata = append(issued.Metadata, tus.Pair{Key: key, Value: value})
	return nil
}

// limitedBuffer keeps the first max bytes that are written to it.
type limitedBuffer struct {
	kept       bytes.Buffer
	max        int
	overflowed bool
}

// String returns what was kept.
func (b *limitedBuffer) String() string { return b.kept.String() }

// Write implements io.Writer. It never fails, so that the program that writes does not.
func (b *limitedBuffer) Write(p []byte) (int, error) {
	n := len(p)
	if room := b.max - b.kept.Len(); len(p) > room {
		p, b.overflowed = p[:room], true
	}
	b.kept.Write(p)
	return n, nil
}
