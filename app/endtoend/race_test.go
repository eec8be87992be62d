//go:build race

package endtoend_test

// raceEnabled says that this test runs with the race detector, and so does the
// program it builds.
const raceEnabled = true
