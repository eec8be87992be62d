//go:build linux

package bench_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// unit is what the runs of a work are measured in.
type unit struct {
	name   string
	amount func(row) float64 // uploaded in one run; nil: the unit is the time of a run
	per    string            // what the processor time is given for
	parts  func(row) float64 // how many of them one run has; nil: processor time is not measured
}

var (
	megabytes = unit{
		"MB/s", func(r row) float64 { return float64(r.bytes) / 1e6 },
		"s/GiB", func(r row) float64 { return float64(r.bytes) / (1 << 30) },
	}
	files = unit{
		"files/s", func(r row) float64 { return float64(r.files) },
		"s/1,000", func(r row) float64 { return float64(r.files) / 1000 },
	}
	seconds = unit{"s", nil, "s", func(row) float64 { return 1 }}

	// operation is the time of one operation of a Go benchmark.
	operation = unit{}
)

// value returns the measure of one run.
func (u unit) value(r row, run usage) float64 {
	if u.amount == nil {
		return run.elapsed.Seconds()
	}
	return u.amount(r) / run.elapsed.Seconds()
}

func (u unit) text(value float64) string { return strings.TrimSpace(u.number(value) + " " + u.name) }

// number formats a value without the name of the unit, which operation does not have.
func (u unit) number(value float64) string {
	if u.name == "" {
		return shortTime(value)
	}
	return number(value)
}

// shortTime formats a number of seconds in the unit that fits.
func shortTime(value float64) string {
	for _, scale := range []struct {
		name string
		size float64
	}{{"s", 1}, {"ms", 1e-3}, {"µs", 1e-6}} {
		if value >= scale.size {
			return number(value/scale.size) + " " + scale.name
		}
	}
	return number(value/1e-9) + " ns"
}

// number formats a value with three digits.
func number(value float64) string {
	switch {
	case value >= 100:
		return fmt.Sprintf("%.0f", value)
	case value >= 10:
		return fmt.Sprintf("%.1f", value)
	default:
		return fmt.Sprintf("%.2f", value)
	}
}

// row is what one client did.
type row struct {
	work, client string
	missing      string // why there are no runs
	unit         unit
	bytes        int64 // uploaded in one run
	files        int
	runs         []usage
}

func (r row) processor(run usage) string {
	if r.unit.parts == nil {
		return "--"
	}
	return number(run.processor.Seconds()/r.unit.parts(r)) + " " + r.unit.per
}

// cells returns the row's cells of the table, after the names. first is the first row of
// its work.
func (r row) cells(first row) []string {
	if r.missing != "" || len(r.runs) == 0 {
		return []string{"--", "--", "--", "--", r.missing}
	}
	values := r.values()
	processor, memory := make([]float64, len(r.runs)), make([]float64, len(r.runs))
	for i, run := range r.runs {
		processor[i], memory[i] = float64(run.processor), float64(run.memory)
	}
	return []string{
		r.unit.text(median(values)), r.unit.number(slices.Min(values)) + " to " + r.unit.number(slices.Max(values)), r.ratio(first),
		r.processor(usage{processor: time.Duration(median(processor))}), memoryText(int64(median(memory))),
	}
}

func (r row) values() []float64 {
	values := make([]float64, len(r.runs))
	for i, run := range r.runs {
		values[i] = r.unit.value(r, run)
	}
	return values
}

// ratio returns how many times as fast the first row is.
func (r row) ratio(first row) string {
	if len(first.runs) == 0 || r.unit.parts == nil {
		return "--"
	}
	times := median(first.values()) / median(r.values())
	if r.unit.amount == nil {
		times = 1 / times
	}
	return fmt.Sprintf("%.2f", times)
}

func memoryText(bytes int64) string { return number(float64(bytes)/1e6) + " MB" }

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

const tableHead = `| work | program | median | spread | ratio | processor | memory |
|---|---|---|---|---|---|---|
`

// renderTable returns the table as Markdown. Rows of the same work follow each other.
func renderTable(rows []row) string {
	var text strings.Builder
	text.WriteString(tableHead)
	var first row
	for _, r := range rows {
		name := ""
		if r.work != first.work {
			first, name = r, r.work
		}
		fmt.Fprintf(&text, "| %s | %s | %s |\n", name, r.client, strings.Join(r.cells(first), " | "))
	}
	return text.String()
}

// renderResults returns every run in the format of Go benchmarks.
func renderResults(rows []row) string {
	var text strings.Builder
	for _, r := range rows {
		for _, run := range r.runs {
			fmt.Fprintf(&text, "BenchmarkProcess/%s/%s 1 %d ns/op %.2f %s %d processor-ns/op %d peak-B\n",
				benchmarkName(r.work), benchmarkName(r.client), run.elapsed.Nanoseconds(), r.unit.value(r, run), r.unit.name, run.processor.Nanoseconds(), run.memory)
		}
	}
	return text.String()
}

func benchmarkName(name string) string {
	return strings.NewReplacer(" ", "-", ",", "", "/", "-").Replace(name)
}

func TestTable(t *testing.T) {
	t.Parallel()
	run := func(elapsed, processor time.Duration, memory int64) usage { return usage{elapsed, processor, memory} }
	rows := []row{
		{work: "one large file", client: "ferry", unit: megabytes, bytes: 1 << 30, runs: []usage{run(2*time.Second, time.Second, 40e6), run(time.Second, time.Second, 50e6), run(4*time.Second, 3*time.Second, 45e6)}},
		{work: "one large file", client: "curl", unit: megabytes, bytes: 1 << 30, runs: []usage{run(time.Second, 500*time.Millisecond, 10e6)}},
		{work: "one large file", client: "other", unit: megabytes, missing: "not installed"},
		{work: "small files", client: "ferry", unit: files, files: 2000, runs: []usage{run(2*time.Second, 3*time.Second, 40e6), run(4*time.Second, time.Second, 40e6)}},
		{work: "list", client: "empty", unit: seconds, runs: []usage{run(time.Second, time.Second, 40e6)}},
		{work: "list", client: "full", unit: seconds, runs: []usage{run(3*time.Second, time.Second, 40e6)}},
	}
	want := tableHead + `| one large file | ferry | 537 MB/s | 268 to 1074 | 1.00 | 1.00 s/GiB | 45.0 MB |
|  | curl | 1074 MB/s | 1074 to 1074 | 0.50 | 0.50 s/GiB | 10.0 MB |
|  | other | -- | -- | -- | -- | not installed |
| small files | ferry | 750 files/s | 500 to 1000 | 1.00 | 1.00 s/1,000 | 40.0 MB |
| list | empty | 1.00 s | 1.00 to 1.00 | 1.00 | 1.00 s | 40.0 MB |
|  | full | 3.00 s | 3.00 to 3.00 | 3.00 | 1.00 s | 40.0 MB |
`
	if diff := cmp.Diff(want, renderTable(rows)); diff != "" {
		t.Error(diff)
	}
	wantResult := "BenchmarkProcess/one-large-file/curl 1 1000000000 ns/op 1073.74 MB/s 500000000 processor-ns/op 10000000 peak-B\n"
	if diff := cmp.Diff(wantResult, renderResults(rows[1:3])); diff != "" {
		t.Error(diff)
	}
}
