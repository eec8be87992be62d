package program

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// cmdInterruptStdin implements "interruptstdin FILE PROGRAM ARG...": it runs a program
// that reads the file's content from a standard input that never ends, and interrupts
// it when the profile contains all of that. The exit code must be 130.
func cmdInterruptStdin(ts *testscript.TestScript, _ bool, args []string) {
	content := []byte(ts.ReadFile(args[0]))
	runWithOpenStdin(ts, content, "INT", args[1:], func() bool { return streamBytes(ts) == int64(len(content)) })
}

// cmdKillStdin implements "killstdin FILE NAME PROGRAM ARG...": like interruptstdin,
// but it kills the program when the tusd has stored all of the content under NAME.
func cmdKillStdin(t *testing.T, ts *testscript.TestScript, tusd *uploadtest.Tusd, args []string) {
	content := []byte(ts.ReadFile(args[0]))
	runWithOpenStdin(ts, content, "KILL", args[2:], func() bool {
		for _, stored := range tusd.Stored(t) {
			if stored.Metadata["filename"] == args[1] && stored.Size == int64(len(content)) {
				return true
			}
		}
		return false
	})
}

// runWithOpenStdin runs a program, writes content to its standard input without
// closing that, and sends a signal when ready returns true.
func runWithOpenStdin(ts *testscript.TestScript, content []byte, signal string, args []string, ready func() bool) {
	cmd := newCmd(ts, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = nil, ts.Stdout(), ts.Stderr()
	in, err := cmd.StdinPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	_, err = in.Write(content)
	ts.Check(err)
	for deadline := time.Now().Add(scriptTimeout); !ready(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			ts.Fatalf("timeout waiting for the standard input to be read")
		}
	}
	ts.Check(sendSignal(cmd, signalNamed(ts, signal)))
	wantExitCode(ts, cmd.Wait(), exitCodeAfter(signal))
}

// cmdStreams implements "streams N": it waits until the profile contains N streams of
// the standard input.
func cmdStreams(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	var paths []string
	for deadline := time.Now().Add(scriptTimeout); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if paths = streamPaths(ts); len(paths) == want {
			return
		}
	}
	ts.Fatalf("streams in the profile: %q, want %d", paths, want)
}

// streamBytes returns the total size of the streams in the profile.
func streamBytes(ts *testscript.TestScript) int64 {
	var sum int64
	for _, path := range streamPaths(ts) {
		if info, err := os.Stat(path); err == nil {
			sum += info.Size()
		}
	}
	return sum
}

func streamPaths(ts *testscript.TestScript) []string {
	paths, err := filepath.Glob(filepath.Join(ts.Getenv("FERRY_PROFILE"), "streams", "*", "*"))
	ts.Check(err)
	return paths
}
