//go:build race

package endtoend_test

// raceEnabled reports whether this test and the program run with the race detector.
const raceEnabled = true
