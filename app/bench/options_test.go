//go:build linux

// Package bench compares Ferry with other clients of a tus server: whole processes, in
// turn, against the program tusd on this machine.
//
// `make bench` runs [TestBench] with -args -full. Without it, the sizes are small, and the
// test only shows that everything can be run.
package bench_test

import (
	"flag"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

var (
	full     = flag.Bool("full", false, "run with the sizes of docs/performance.md")
	only     = flag.String("only", "", "run the works whose names match a `pattern`")
	rounds   = flag.Int("rounds", 3, "`number` of runs of each program, with -full")
	ferryAt  = flag.String("ferry", "", "`path` of the program to test, instead of building it")
	goTimes  = flag.String("gobench", "", "`file` with the output of Go benchmarks, to add to the table")
	tableAt  = flag.String("table", "", "`file` in which to write the table")
	resultAt = flag.String("results", "", "`file` in which to write every run, for benchstat")
)

// Paths of the programs, which TestBench builds.
var ferryProgram, bareProgram string

func buildPrograms(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	bareProgram = build(t, filepath.Join(dir, "bare"), "github.com/ferryapp/ferry/app/bench/internal/bare")
	if *ferryAt == "" {
		ferryProgram = build(t, filepath.Join(dir, "ferry"), "github.com/ferryapp/ferry")
		return
	}
	var err error
	if ferryProgram, err = filepath.Abs(*ferryAt); err != nil {
		t.Fatal(err)
	}
}

// build builds a program with the flags of this test binary, so that its packages are
// compiled once.
func build(t *testing.T, path, pkg string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "build", "-tags", "ci,migrated_fynedo", "-race="+strconv.FormatBool(raceEnabled), "-o", path, pkg)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", pkg, err, output)
	}
	return path
}

// sizes are how much the works upload.
type sizes struct {
	large, slow       int64 // bytes of one file, and of one over a slow line
	some, many, line  int   // numbers of small files: some, many, and over a line with latency
	rows              []int // of profiles
	rounds, fewRounds int   // maximum numbers of runs: of all clients, and of those that take a minute
}

func currentSizes() sizes {
	if *full {
		return sizes{
			large: 1 << 30, slow: 256 << 20, some: 2000, many: 20_000, line: 1000,
			rows: []int{0, 100_000, 1_000_000}, rounds: *rounds, fewRounds: 1,
		}
	}
	return sizes{large: 3 << 20, slow: 1 << 20, some: 20, many: 40, line: 20, rows: []int{0, 50}, rounds: 1, fewRounds: 1}
}
