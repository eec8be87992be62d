package uploadtest

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TusdBinary is the tusd program on a fixed port and directory, which restarts
// keep. Its methods must be called from the test's goroutine.
type TusdBinary struct {
	Endpoint string // the creation URL
	Dir      string // of the file store
	CA       string // path of the certificate of the CA, with WithTLS

	Program
}

// NewTusdBinary starts tusd, which is built once per version and machine. The
// server ends with the test. It does not support Wrap and Expiry.
func NewTusdBinary(t testing.TB, opts ...Option) *TusdBinary {
	t.Helper()
	port := freePort(t)
	s := &TusdBinary{
		Endpoint: fmt.Sprintf("http://127.0.0.1:%d%s", port, basePath),
		Dir:      t.TempDir(),
		Program:  Program{path: buildTusd(t), ready: "You can now upload files to"},
	}
	o := newOptions(opts)
	s.args = append([]string{"-host", "127.0.0.1", "-port", strconv.Itoa(port), "-base-path", basePath}, flags(t, o)...)
	if o.s3 == nil {
		s.args = append(s.args, "-upload-dir", s.Dir)
	} else {
		s.args = append(s.args, "-s3-endpoint", o.s3.endpoint, "-s3-bucket", o.s3.bucket)
		s.env = []string{"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_REGION=us-east-1"}
	}
	if o.tls {
		s.serveTLS(t)
	}
	s.Restart(t)
	t.Cleanup(func() { s.Kill(t) })
	return s
}

// serveTLS gives the program a certificate of a new CA.
func (s *TusdBinary) serveTLS(t testing.TB) {
	t.Helper()
	ca, dir := NewCA(t), t.TempDir()
	certificate, key := ca.Issue(t, "127.0.0.1")
	s.CA = filepath.Join(dir, "ca.pem")
	writeFile(t, s.CA, string(ca.PEM))
	writeFile(t, filepath.Join(dir, "certificate.pem"), string(certificate))
	writeFile(t, filepath.Join(dir, "key.pem"), string(key))
	s.args = append(s.args, "-tls-certificate", filepath.Join(dir, "certificate.pem"), "-tls-key", filepath.Join(dir, "key.pem"))
	s.Endpoint = "https" + strings.TrimPrefix(s.Endpoint, "http")
}

func flags(t testing.TB, o options) []string {
	t.Helper()
	flags := hookFlags(t, o)
	if o.maxSize > 0 {
		flags = append(flags, "-max-size", strconv.FormatInt(o.maxSize, 10))
	}
	if o.noTermination {
		flags = append(flags, "-disable-termination")
	}
	if o.noConcat {
		flags = append(flags, "-disable-concatenation")
	}
	if o.behindProxy {
		flags = append(flags, "-behind-proxy")
	}
	if o.networkTimeout > 0 {
		flags = append(flags, "-network-timeout", o.networkTimeout.String())
	}
	return flags
}

// hookFlags writes the hook scripts and returns the flags for them.
func hookFlags(t testing.TB, o options) []string {
	t.Helper()
	if len(o.hooks) == 0 {
		return []string{"-hooks-enabled-events", ""}
	}
	dir := t.TempDir()
	for event, script := range o.hooks {
		if err := os.WriteFile(filepath.Join(dir, event), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
			t.Fatalf("write hook: %v", err)
		}
	}
	events := slices.Sorted(maps.Keys(o.hooks))
	return []string{"-hooks-dir", dir, "-hooks-enabled-events", strings.Join(events, ",")}
}

// Stored returns the server's uploads, in no particular order.
func (s *TusdBinary) Stored(t testing.TB) []StoredFile {
	t.Helper()
	return storedFiles(t, s.Dir)
}

// buildTusd returns the path of a tusd of the version in go.mod. It is built in a
// separate module because its dependencies are not in this one.
func buildTusd(t testing.TB) string {
	t.Helper()
	goCommand := findProgram(t, "tusd", "go")
	version := strings.TrimSpace(string(runCommand(t, "", goCommand, "list", "-m", "-f", "{{.Version}}", tusdModule)))
	name := "tusd-" + version
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return Cached(t, name, func(path string) {
		scratch := t.TempDir()
		writeFile(t, filepath.Join(scratch, "go.mod"), "module tusdprogram\n\ngo 1.26\n\nrequire "+tusdModule+" "+version+"\n")
		writeFile(t, filepath.Join(scratch, "program.go"), "package program\n\nimport _ \""+tusdModule+"/cmd/tusd\"\n")
		runCommand(t, scratch, goCommand, "build", "-mod=mod", "-o", path, tusdModule+"/cmd/tusd")
	})
}

// BuildModule returns the path of a program that is a module of its own, whose
// dependencies are not in this one. It is built once per content of files and machine.
func BuildModule(t testing.TB, name string, files fs.FS) string {
	t.Helper()
	return Cached(t, name+"-"+contentVersion(t, files), func(path string) {
		goCommand, dir := findProgram(t, name, "go"), filepath.Join(t.TempDir(), name)
		if err := os.CopyFS(dir, files); err != nil {
			t.Fatalf("build %s: %v", name, err)
		}
		runCommand(t, dir, goCommand, "build", "-o", path, ".")
	})
}

const tusdModule = "github.com/tus/tusd/v2"
