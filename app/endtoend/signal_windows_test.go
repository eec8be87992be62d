package endtoend_test

import "os"

// Windows has no such signals; all of these kill the process.
func quitWithStacks(process *os.Process) { _ = process.Kill() }
func terminate(process *os.Process)      { _ = process.Kill() }
func interrupt(process *os.Process)      { _ = process.Kill() }
