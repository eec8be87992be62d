// Package endtoend runs the real program against real servers and does to it
// what happens to programs: it is killed at any instant, its network and its
// server go away, its files change, and it must converge to the same end all
// the same.
//
// All of it runs side by side but for the storm over the engine, which counts what
// is open in this process.
//
// What is left to chance comes from a seed, which every test prints: -args
// -seed=N takes the same decisions again. How they fall in time is up to the
// machine.
package endtoend_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"testing"
	"time"
)

var (
	seed   = flag.Uint64("seed", uint64(time.Now().UnixNano()), "repeats the decisions of an earlier run")
	kills  = flag.Int("kills", 15, "how often the program is killed")
	stressDuration = flag.Duration("stress", 6*time.Second, "how long each stress test lasts")
)

// ferry is the program under test.
var ferry string

func TestMain(m *testing.M) {
	if told := os.Getenv(crashPlanEnv); told != "" {
		os.Exit(runCrashProcess(told))
	}
	flag.Parse()
	os.Exit(testMain(m))
}

func testMain(m *testing.M) int {
	if signal.Ignored(os.Interrupt) { // as in the background of a script: what starts from here would not hear of it either
		signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	}
	dir, err := os.MkdirTemp("", "ferry-endtoend")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	ferry = filepath.Join(dir, "ferry")
	args := []string{"build", "-tags", "ci,migrated_fynedo", "-o", ferry}
	if raceEnabled {
		args = append(args, "-race")
	}
	build := exec.Command("go", append(args, "github.com/ferryapp/ferry")...)
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build ferry:", err)
		return 1
	}
	defer func() { fmt.Println(&totals) }()
	return m.Run()
}

// The purposes of chance. Each has numbers of its own, so that how often one is
// requests does not change the others.
const (
	seedKills = iota
	seedRuns
	seedFaults
	seedEdits
	seedFiles
	seedActions
	seedPurposes
)

// runRounds runs a storm in rounds of which each begins anew, or a long one would
// need the disk that its deliveries together do.
func runRounds(t *testing.T, length time.Duration, test func(t *testing.T, round uint64, length time.Duration)) {
	t.Helper()
	for left, round := length, uint64(0); left > 0 && !t.Failed(); left, round = left-roundDuration, round+1 {
		t.Run(fmt.Sprintf("round %d", round), func(t *testing.T) { test(t, round, min(left, roundDuration)) })
	}
}

const roundDuration = time.Minute

// newRandom is the random numbers for one purpose.
func newRandom(t testing.TB, purpose uint64) *rand.Rand {
	t.Helper()
	t.Logf("repeat with -args -seed=%d", *seed)
	return rand.New(rand.NewPCG(*seed, purpose)) //nolint:gosec // must be repeatable
}
