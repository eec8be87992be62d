package endtoend_test

import "os"

// Windows has no such signals: there every end is a sudden one.
func quitWithStacks(process *os.Process)      { _ = process.Kill() }
func terminate(process *os.Process) { _ = process.Kill() }
func interrupt(process *os.Process) { _ = process.Kill() }
