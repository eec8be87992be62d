//go:build unix

package endtoend_test

import (
	"strconv"
	"strings"
	"testing"
)

// openFilesArgs returns the command line that runs a program with a limit of open files.
func openFilesArgs(limit int, program string, args ...string) (string, []string) {
	return "/bin/sh", append([]string{"-c", `ulimit -n "$0" && exec "$@"`, strconv.Itoa(limit), program}, args...)
}

// TestSendWithFewOpenFiles sends with a limit of open files from one that lets the
// program start to one that is enough. The run must end and tell whether it failed, and
// because of which limit, and a run without it must upload the rest, each file once.
func TestSendWithFewOpenFiles(t *testing.T) {
	t.Parallel()
	type sending struct {
		limit  int
		server recordingServer
		ferry  *client
		folder string
		run    *run
	}
	var all []sending // at the same time: some wait for a minute before they end
	for _, limit := range []int{8, 10, 12, 14, 16, 17, 18, 19, 20, 21, 22, 23, 24, 26, 28, 30, 34, 38} {
		server := newTusd(t)
		ferry := &client{t: t, profile: t.TempDir(), endpoint: server.Endpoint, maxOpenFiles: limit}
		folder := createSmallSet(t)
		all = append(all, sending{limit, server, ferry, folder, ferry.send(folder)})
	}
	for _, s := range all {
		t.Run(strconv.Itoa(s.limit), func(t *testing.T) {
			s.run.wait(t, runTimeout)
			if s.run.hasRaceOrPanic() {
				t.Errorf("ferry %v:\n%s", s.run.args, s.run.stderr.String())
			}
			text := s.run.stderr.String()
			t.Logf("exit code %d: %s", s.run.exitCode(), text)
			for _, wrong := range []string{"internal error", "disk space"} {
				if strings.Contains(text, wrong) {
					t.Errorf("the text has %q instead of the limit: %s", wrong, text)
				}
			}
			if strings.Contains(text, "open files") && !strings.Contains(text, "at most "+strconv.Itoa(s.limit)+" at the same time") {
				t.Errorf("the limit is not %d in: %s", s.limit, text)
			}
			s.ferry.maxOpenFiles = 0
			rest := s.ferry.resumeOrSend(s.folder)
			rest.wait(t, runTimeout)
			if rest.exitErr != nil {
				t.Errorf("ferry %v: %v\n%s", rest.args, rest.exitErr, rest.stderr.String())
			}
			checkServer(t, s.server, []string{s.folder})
		})
	}
}
