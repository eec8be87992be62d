package layers_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSecurityModelNamesTests checks that every row of the tables in docs/security.md
// names a test. That the test exists is checked by TestDocumentedNamesExist.
func TestSecurityModelNamesTests(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(root + "/docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	rows, untested := securityRows(string(text))
	if rows == 0 {
		t.Fatal("no rows found")
	}
	for _, row := range untested {
		t.Errorf("no test is named: %s", row)
	}
}

func TestSecurityRowsFindsRowsWithoutATest(t *testing.T) {
	t.Parallel()
	const page = "| attempt | what prevents it | tests |\n|---|---|---|\n" +
		"| a | `TestDotFiles` prevents it | none |\n| b | c | `TestDotFiles`, `FuzzTarget` |\n\n| d | e |\n| f | g | `Step` |\n"
	rows, untested := securityRows(page)
	if diff := cmp.Diff([]string{"| a | `TestDotFiles` prevents it | none |", "| d | e |", "| f | g | `Step` |"}, untested); rows != 4 || diff != "" {
		t.Errorf("%d rows (-want +got):\n%s", rows, diff)
	}
}

var tableLine = regexp.MustCompile(`(?m)^\|.*\|$`)

// securityRows returns how many rows the tables of a page have, without their headings,
// and those whose last cell names no test.
func securityRows(page string) (rows int, untested []string) {
	lines := tableLine.FindAllString(page, -1)
	for i, line := range lines {
		isHeading := i+1 < len(lines) && strings.HasPrefix(lines[i+1], "|---")
		if isHeading || strings.HasPrefix(line, "|---") {
			continue
		}
		rows++
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if len(cells) != 3 || !namesTest(cells[2]) {
			untested = append(untested, line)
		}
	}
	return rows, untested
}

func namesTest(cell string) bool {
	for _, match := range code.FindAllStringSubmatch(cell, -1) {
		if isTestName(match[1]) {
			return true
		}
	}
	return false
}
