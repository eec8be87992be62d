//go:build !linux

package program

import (
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

var terminate os.Signal = os.Kill

func becomeUnprivileged() error { return nil }

func fifo(ts *testscript.TestScript, _ bool, _ []string) { ts.Fatalf("no named pipes here") }
