package source_test

import (
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// unprivileged runs f with the rights of an ordinary user. Run by root, it
// lays down root's rights over files on a thread that ends with f.
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
			t.Errorf("still user %d", now)
			return
		}
		f()
	}()
	<-done
}
