// Command sbom writes what a program built by Go consists of, as a software bill of
// materials in the format CycloneDX 1.6 (JSON):
//
//	go run ./packaging/sbom -time 2026-11-22T00:00:00Z -version 0.1.0 -o ferry.cdx.json bin/ferry
//
// It lists the modules that the linker recorded in the program (package
// debug/buildinfo), with their versions and checksums, and the version of Go. The same
// program and arguments always give the same bytes.
package main

import (
	"debug/buildinfo"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

func main() {
	at := flag.String("time", "", "the `time` of the release (RFC 3339)")
	version := flag.String("version", "", "the version of the program")
	output := flag.String("o", "", "the `file` to write")
	flag.Parse()
	if err := run(*at, *version, *output, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

func run(at, version, output string, programs []string) error {
	if len(programs) != 1 || version == "" || output == "" {
		return fmt.Errorf("want -version, -o and one program, got %q", programs)
	}
	released, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return err
	}
	info, err := buildinfo.ReadFile(programs[0])
	if err != nil {
		return err
	}
	text, err := format(filepath.Base(programs[0]), version, released, info)
	if err != nil {
		return err
	}
	return os.WriteFile(output, text, 0o644) //nolint:gosec // it is published
}
