package endtoend_test

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"
)

// awaitSuspended waits until all threads of a child process have stopped after SIGSTOP, or
// it has ended. Until then they go on with what they do.
func awaitSuspended(t *testing.T, pid int) {
	t.Helper()
	for {
		switch err := unix.Waitid(unix.P_PID, pid, nil, unix.WSTOPPED|unix.WNOWAIT, nil); {
		case err == nil, errors.Is(err, unix.ECHILD):
			return
		case !errors.Is(err, unix.EINTR):
			t.Fatal(err)
		}
	}
}
