//go:build linux

package bench_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"
)

// runTimeout is the maximum time of one run of a client.
const runTimeout = 10 * time.Minute

// TestBench runs every work with every client, and prints the table.
func TestBench(t *testing.T) {
	selected, err := regexp.Compile(*only)
	if err != nil {
		t.Fatal(err)
	}
	buildPrograms(t)
	rows, err := readGoBenchmarks(*goTimes)
	if err != nil {
		t.Fatal(err)
	}
	in, size := &inputs{folder: t.TempDir(), made: map[inputKey]fileSet{}, profiles: map[string]bool{}}, currentSizes()
	var uploads []row
	for _, w := range works() {
		if selected.MatchString(w.name) {
			t.Run(w.name, func(t *testing.T) { uploads = append(uploads, w.compare(t, in, size)...) })
		}
	}
	table := renderTable(slices.Concat(uploads, rows))
	t.Log("\n" + table)
	writeText(t, *tableAt, table)
	writeText(t, *resultAt, renderResults(uploads))
}

func writeText(t *testing.T, path, text string) {
	t.Helper()
	if path == "" {
		return
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// compare runs the clients of a work in turn, and compares what the server has after each
// run.
func (w work) compare(t *testing.T, in *inputs, size sizes) []row {
	s := w.start(t, in, size)
	rows := make([]row, len(s.clients))
	for i, c := range s.clients {
		rows[i] = row{work: w.name, client: c.name, missing: c.missing, unit: w.unit, bytes: s.source.bytes, files: s.source.files}
	}
	for round := range size.rounds {
		for i, c := range s.clients {
			if c.missing != "" || round >= c.rounds {
				continue
			}
			used, err := s.run(t, c)
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
				rows[i].missing = "failed"
				continue
			}
			rows[i].runs = append(rows[i].runs, used)
			t.Logf("%s: %s, processor %s, memory %s", c.name, w.unit.text(w.unit.value(rows[i], used)), rows[i].processor(used), memoryText(used.memory))
		}
	}
	return rows
}

// run lets a client upload once to an empty server.
func (s setting) run(t *testing.T, c client) (usage, error) {
	ctx, cancel := context.WithTimeout(t.Context(), runTimeout)
	defer cancel()
	upload := task{endpoint: s.endpoint, ca: s.server.CA, profile: c.profile, source: s.source}
	if upload.profile == "" {
		upload.profile = filepath.Join(t.TempDir(), "profile")
	}
	used, err := c.measure(ctx, upload)
	if err == nil {
		err = s.source.compare(s.server.Stored(t))
	}
	if err == nil {
		err = removeContent(s.server.Dir)
	}
	return used, err
}
