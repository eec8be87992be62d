package platform

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// StartProgram starts the program with that absolute path, without arguments and without a
// shell, in its own folder. It does not wait for the program, which keeps running when Ferry
// exits.
func StartProgram(path string) error {
	if !filepath.IsAbs(path) {
		return fmt.Errorf("start program: %q is no absolute path", path)
	}
	program := exec.Command(path)
	program.Dir = filepath.Dir(path)
	if err := program.Start(); err != nil {
		return fmt.Errorf("start program: %w", err)
	}
	go func() { _ = program.Wait() }()
	return nil
}

// IsProgram reports whether the path is that of a file that may be started.
func IsProgram(path string) bool {
	_, err := exec.LookPath(path)
	info, statErr := os.Stat(path)
	return err == nil && statErr == nil && info.Mode().IsRegular() && filepath.IsAbs(path)
}
