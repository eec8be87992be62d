package program

import (
	"fmt"
	"os"
	"runtime"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

const terminate = syscall.SIGTERM

// becomeUnprivileged starts this program over without the right to pass by
// permissions, when the environment asks for that.
func becomeUnprivileged() error {
	if os.Getenv(unprivileged) != "wanted" {
		return nil
	}
	runtime.LockOSThread()
	for _, capability := range []uintptr{unix.CAP_DAC_OVERRIDE, unix.CAP_DAC_READ_SEARCH} {
		err := unix.Prctl(unix.PR_CAPBSET_DROP, capability, 0, 0, 0)
		if err != nil && os.Getuid() == 0 {
			return fmt.Errorf("give up capability %d: %w", capability, err)
		}
	}
	if err := os.Setenv(unprivileged, "given"); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return syscall.Exec(self, os.Args, os.Environ())
}

// fifo PATH makes a named pipe.
func fifo(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(unix.Mkfifo(ts.MkAbs(args[0]), 0o600))
}
