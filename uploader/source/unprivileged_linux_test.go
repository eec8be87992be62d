package source_test

import (
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// unprivileged calls f without root's file permissions: on a thread with another file system
// user ID, which ends with f.
func unprivileged(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f()
		return
	}
	const nobody = 65534
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		_, _ = unix.SetfsuidRetUid(nobody)
		if now, _ := unix.SetfsuidRetUid(-1); now != nobody {
			t.Errorf("file system user ID is %d, want %d", now, nobody)
			return
		}
		f()
	}()
	<-done
}
