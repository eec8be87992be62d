//go:build linux

package bench_test

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// goResult matches a line of the output of a Go benchmark: its name without the number of
// processors, and what was measured.
var goResult = regexp.MustCompile(`^(Benchmark\S*?)(?:-\d+)?\s+\d+\s+(.*)$`)

// readGoBenchmarks returns the rows of a file with the output of Go benchmarks; none for
// no file.
func readGoBenchmarks(path string) ([]row, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	return parseGoBenchmarks(string(text)), err
}

// parseGoBenchmarks returns a row for each benchmark, in the order of their first results.
func parseGoBenchmarks(output string) []row {
	var rows []row
	at := map[string]int{}
	for line := range strings.Lines(output) {
		match := goResult.FindStringSubmatch(strings.TrimSpace(line))
		if match == nil {
			continue
		}
		name := match[1]
		if _, known := at[name]; !known {
			at[name] = len(rows)
			rows = append(rows, row{work: name, client: "Go benchmark", unit: operation})
		}
		measured := goValues(match[2])
		r := &rows[at[name]]
		r.runs = append(r.runs, usage{elapsed: time.Duration(measured["ns/op"]), memory: int64(measured["B/op"])})
	}
	return rows
}

// goValues returns the values of a result by their units.
func goValues(measured string) map[string]float64 {
	values := map[string]float64{}
	fields := strings.Fields(measured)
	for i := 0; i+1 < len(fields); i += 2 {
		values[fields[i+1]], _ = strconv.ParseFloat(fields[i], 64)
	}
	return values
}

func TestParseGoBenchmarks(t *testing.T) {
	t.Parallel()
	rows := parseGoBenchmarks(`goos: linux
pkg: github.com/ferryapp/ferry/uploader/table
BenchmarkMillionRows/sorted-2 	       1	1234567890 ns/op	 2.500 MiB/row	 1048576 B/op	       5 allocs/op
BenchmarkSmall 	     100	     12345 ns/op
BenchmarkMillionRows/sorted-2 	       1	3234567890 ns/op	 2.500 MiB/row	 1048576 B/op	       5 allocs/op
PASS
ok  	github.com/ferryapp/ferry/uploader/table	1.2s
`)
	want := tableHead + `| BenchmarkMillionRows/sorted | Go benchmark | 2.23 s | 1.23 s to 3.23 s | -- | -- | 1.05 MB |
| BenchmarkSmall | Go benchmark | 12.3 µs | 12.3 µs to 12.3 µs | -- | -- | 0.00 MB |
`
	if diff := cmp.Diff(want, renderTable(rows)); diff != "" {
		t.Error(diff)
	}
}
