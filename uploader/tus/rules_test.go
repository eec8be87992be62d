package tus_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// aRule is a line of docs/protocol.md.
var aRule = regexp.MustCompile(`(?m)^\| ([A-Z]\d+) \|`)

var (
	aTest  = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	named  = regexp.MustCompile("`(Test\\w+)`")
	ofRule = regexp.MustCompile(`^Test([A-Z]\d+)[A-Z]`)
)

// tests are the names of all tests of the program.
func tests(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, match := range aTest.FindAllSubmatch(text, -1) {
			names[string(match[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestEveryRuleHasATestOfItsName(t *testing.T) {
	held := map[string]bool{}
	for name := range tests(t) {
		if match := ofRule.FindStringSubmatch(name); match != nil {
			held[match[1]] = true
		}
	}
	page, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	rules := map[string]bool{}
	for _, match := range aRule.FindAllSubmatch(page, -1) {
		rule := string(match[1])
		if rules[rule] {
			t.Errorf("there are two rules %s", rule)
		}
		rules[rule] = true
		if !held[rule] {
			t.Errorf("no test is named after %s", rule)
		}
	}
	if len(rules) == 0 {
		t.Fatal("no rules were found")
	}
	for rule := range held {
		if !rules[rule] {
			t.Errorf("a test is named after %s, which is no rule", rule)
		}
	}
}

func TestEveryTestThatTheDocumentationNamesIsThere(t *testing.T) {
	known := tests(t)
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range named.FindAllSubmatch(text, -1) {
			if name := string(match[1]); !known[name] {
				t.Errorf("%s names %s, which is no test", page, name)
			}
		}
	}
}
