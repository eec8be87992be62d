//go:build !linux

package program

import (
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

var terminate, hangUp os.Signal = os.Kill, os.Kill

func dropPrivileges() error { return nil }

func cmdFIFO(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Fatalf("named pipes are not supported")
}
