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

var ofRule = regexp.MustCompile(`(?m)^func Test([CKWDEXYTN]\d+)[A-Z]`)

func TestEveryRuleHasATestOfItsName(t *testing.T) {
	held := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, match := range ofRule.FindAllSubmatch(text, -1) {
			held[string(match[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
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
