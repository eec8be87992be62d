//go:build race

package interop_test

// raceEnabled reports whether this test and the program run with the race detector.
const raceEnabled = true
