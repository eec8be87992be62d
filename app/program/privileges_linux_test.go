package program

import (
	"fmt"
	"os"
	"runtime"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// Signals that end the program.
const (
	terminate = syscall.SIGTERM
	hangUp    = syscall.SIGHUP
)

// dropPrivileges restarts this process without the capabilities that override file
// permissions, if the environment variable is set to "wanted".
func dropPrivileges() error {
	if os.Getenv(unprivilegedEnv) != "wanted" {
		return nil
	}
	runtime.LockOSThread()
	for _, capability := range []uintptr{unix.CAP_DAC_OVERRIDE, unix.CAP_DAC_READ_SEARCH} {
		err := unix.Prctl(unix.PR_CAPBSET_DROP, capability, 0, 0, 0)
		if err != nil && os.Getuid() == 0 {
			return fmt.Errorf("drop capability %d: %w", capability, err)
		}
	}
	if err := os.Setenv(unprivilegedEnv, "given"); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return syscall.Exec(self, os.Args, os.Environ())
}

// cmdFIFO implements "fifo PATH": it makes a named pipe.
func cmdFIFO(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(unix.Mkfifo(ts.MkAbs(args[0]), 0o600))
}
