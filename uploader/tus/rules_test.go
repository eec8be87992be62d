package tus_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// numbered is how many rules of each letter there are for a client of the
// protocol: core, creation, creation with upload, open lengths, expiration,
// checksums, checksums that follow, termination, concatenation.
var numbered = map[string]int{"C": 19, "K": 8, "W": 5, "D": 5, "E": 5, "X": 5, "Y": 1, "T": 4, "N": 11}

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
	rules := map[string]bool{}
	for letter, count := range numbered {
		for n := 1; n <= count; n++ {
			rule := fmt.Sprint(letter, n)
			rules[rule] = true
			if !held[rule] {
				t.Errorf("no test is named after %s", rule)
			}
		}
	}
	for rule := range held {
		if !rules[rule] {
			t.Errorf("a test is named after %s, which is no rule", rule)
		}
	}
}
