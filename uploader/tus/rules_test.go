package tus_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// ruleRow matches a table row of docs/protocol.md.
var ruleRow = regexp.MustCompile(`(?m)^\| ([A-Z]\d+) \|`)

var (
	testFunc      = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	testReference = regexp.MustCompile("`(Test\\w+)`")
	ruleTest      = regexp.MustCompile(`^Test([A-Z]\d+)[A-Z]`)
)

// testNames returns the names of all tests of the module.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, match := range testFunc.FindAllSubmatch(text, -1) {
			names[string(match[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestEveryRuleHasATest(t *testing.T) {
	tested := map[string]bool{}
	for name := range testNames(t) {
		if match := ruleTest.FindStringSubmatch(name); match != nil {
			tested[match[1]] = true
		}
	}
	text, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	rules := map[string]bool{}
	for _, match := range ruleRow.FindAllSubmatch(text, -1) {
		rule := string(match[1])
		if rules[rule] {
			t.Errorf("duplicate rule %s", rule)
		}
		rules[rule] = true
		if !tested[rule] {
			t.Errorf("no test for rule %s", rule)
		}
	}
	if len(rules) == 0 {
		t.Fatal("no rules found")
	}
	for rule := range tested {
		if !rules[rule] {
			t.Errorf("test for unknown rule %s", rule)
		}
	}
}

func TestDocumentedTestsExist(t *testing.T) {
	known := testNames(t)
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no documentation files: %v", err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range testReference.FindAllSubmatch(text, -1) {
			if name := string(match[1]); !known[name] {
				t.Errorf("%s: test %s does not exist", page, name)
			}
		}
	}
}
