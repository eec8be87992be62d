//go:build linux && !race

package bench_test

const raceEnabled = false
