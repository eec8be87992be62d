package layers_test

import (
	"os"
	"regexp"
	"testing"
)

var (
	ruleRow  = regexp.MustCompile(`(?m)^\| ([A-Z]\d+) \|`) // a table row of docs/protocol.md
	ruleTest = regexp.MustCompile(`^Test([A-Z]\d+)[A-Z]`)
)

func TestEveryRuleHasATest(t *testing.T) {
	t.Parallel()
	tested := map[string]bool{}
	for name := range parseTree(t).tests {
		if match := ruleTest.FindStringSubmatch(name); match != nil {
			tested[match[1]] = true
		}
	}
	text, err := os.ReadFile(root + "/docs/protocol.md")
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
