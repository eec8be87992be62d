package interop_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestInterop runs every cell of every server, and the scenarios.
func TestInterop(t *testing.T) {
	selected, err := regexp.Compile(*only)
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	for _, server := range targets() {
		if server.full && !*full || !selected.MatchString(server.name) {
			continue
		}
		t.Run(server.name, func(t *testing.T) { rows = append(rows, runTarget(t, server)) })
	}
	var results []scenarioResult
	for _, s := range scenarios() {
		if s.full && !*full || !selected.MatchString(s.name) {
			continue
		}
		t.Run(s.name, func(t *testing.T) { results = append(results, scenarioResult{s, runScenario(t, s)}) })
	}
	table := renderTable(rows) + renderScenarios(results)
	t.Log("\n" + table)
	if *document == "" {
		return
	}
	if err := os.WriteFile(*document, []byte(documentHead+table), 0o644); err != nil {
		t.Fatal(err)
	}
}

// runTarget runs the cells of one server.
func runTarget(t *testing.T, server target) row {
	instance := server.start(t)
	proxy := instance.proxy
	if proxy == nil {
		proxy = uploadtest.NewProxy(t, instance.endpoint)
	}
	result := row{target: server, failures: map[string]string{}}
	for _, cell := range cells() {
		t.Run(cell.name, func(t *testing.T) {
			err := cell.run(newClient(t, instance, proxy))
			if err != nil {
				result.failures[cell.name] = err.Error()
			}
			judge(t, err, server.missing[cell.name])
		})
	}
	return result
}

func runScenario(t *testing.T, s scenario) string {
	err := s.run(t)
	judge(t, err, s.missing)
	if err != nil {
		return err.Error()
	}
	return ""
}

// judge fails the test if what should work does not, and if what is documented not to
// work does.
func judge(t *testing.T, err error, missing string) {
	t.Helper()
	switch {
	case err != nil && missing == "":
		t.Error(err)
	case err != nil:
		t.Logf("documented (%s): %v", missing, err)
	case missing != "":
		t.Errorf("works, but is documented not to: %s", missing)
	}
}
