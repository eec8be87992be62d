package endtoend_test

// openFilesArgs ignores the limit: Windows has none.
func openFilesArgs(_ int, program string, args ...string) (string, []string) { return program, args }
