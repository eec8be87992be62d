// Package endtoend tests the program against real servers with injected faults:
// kills, network and server faults, and changes of files. Every upload must
// converge to the same result.
//
// The tests run in parallel, except the stress test of the engine, which counts
// the process's open descriptors and goroutines.
//
// Random decisions are derived from a seed that every test prints; -args -seed=N
// repeats them. Their timing depends on the machine.
package endtoend_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

var (
	seed           = flag.Uint64("seed", uint64(time.Now().UnixNano()), "`seed` of the random decisions")
	kills          = flag.Int("kills", 15, "`number` of kills of the program")
	stressDuration = flag.Duration("stress", 6*time.Second, "`duration` of each stress test")
)

// The paths of the program under test, and of the server without the race detector.
var ferry, tusd string

func TestMain(m *testing.M) {
	if plan := os.Getenv(crashPlanEnv); plan != "" {
		os.Exit(runCrashProcess(plan))
	}
	flag.Parse()
	os.Exit(testMain(m))
}

func testMain(m *testing.M) int {
	if signal.Ignored(os.Interrupt) { // as in a script's background job; child processes would inherit it
		signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	}
	dir, err := os.MkdirTemp("", "ferry-endtoend")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	ferry, tusd = filepath.Join(dir, "ferry"), filepath.Join(dir, "tusd")
	err = errors.Join(
		build(ferry, "github.com/ferryapp/ferry", raceEnabled),
		build(tusd, "github.com/ferryapp/ferry/app/endtoend/internal/tusd", false),
	)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { fmt.Println(&totals) }()
	return m.Run()
}

// build builds a program of this module.
func build(path, program string, race bool) error {
	args := []string{"build", "-tags", "ci,migrated_fynedo", "-o", path, "-race=" + strconv.FormatBool(race), program}
	command := exec.Command("go", args...)
	command.Stderr = os.Stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("build %s: %w", program, err)
	}
	return nil
}

// newTusd starts a tusd in a process of its own.
func newTusd(t testing.TB) *uploadtest.TusdProcess {
	t.Helper()
	return uploadtest.NewTusdProcess(t, tusd)
}

// The purposes of random numbers. Each has its own sequence, so that one does not
// affect the others.
const (
	seedKills = iota
	seedRuns
	seedFaults
	seedEdits
	seedFiles
	seedActions
	seedPurposes
)

// runRounds runs a stress test in rounds, each with new files and a new server, to
// limit the disk space it needs. No round starts after length; the last one takes longer
// by the time it needs to finish its uploads without faults.
func runRounds(t *testing.T, length time.Duration, test func(t *testing.T, round uint64, length time.Duration)) {
	t.Helper()
	end := time.Now().Add(length)
	for round := uint64(0); time.Now().Before(end) && !t.Failed(); round++ {
		t.Run(fmt.Sprintf("round %d", round), func(t *testing.T) { test(t, round, min(time.Until(end), roundDuration)) })
	}
}

const roundDuration = time.Minute

// newRandom returns the random numbers for one purpose.
func newRandom(t testing.TB, purpose uint64) *rand.Rand {
	t.Helper()
	t.Logf("repeat with -args -seed=%d", *seed)
	return rand.New(rand.NewPCG(*seed, purpose))
}
