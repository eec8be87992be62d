// Package interop runs the program against the tus servers that people have, and against
// doubles of hosted services that enforce their documented demands.
//
// [TestInterop] runs every cell of the table in docs/interop.md, which `make interop`
// writes. Without -args -full it runs the servers that need no installation, with smaller
// files.
//
// One server runs at a time, and the table names what is documented not to work: such a
// cell fails if it does work.
package interop_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

var (
	full     = flag.Bool("full", false, "run all servers, with large files")
	only     = flag.String("only", "", "run the servers and scenarios whose names match a `pattern`")
	document = flag.String("write", "", "`file` in which to write the table")
	program  = flag.String("ferry", "", "`path` of the program to test, instead of building it")
)

// ferry is the path of the program under test.
var ferry string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(testMain(m))
}

func testMain(m *testing.M) int {
	if ferry = *program; ferry != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "ferry-interop")
	if err == nil {
		defer os.RemoveAll(dir)
		ferry = filepath.Join(dir, "ferry")
		err = build(ferry)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// build builds the program with the flags of this test binary, so that its packages are
// compiled once.
func build(path string) error {
	command := exec.Command("go", "build", "-tags", "ci,migrated_fynedo", "-race="+strconv.FormatBool(raceEnabled), "-o", path, "github.com/ferryapp/ferry")
	output, err := command.CombinedOutput()
	if err != nil {
		return errors.Join(fmt.Errorf("build ferry: %w", err), errors.New(string(output)))
	}
	return nil
}
