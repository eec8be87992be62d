package docs

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want []Release
	}{
		"empty":          {"", nil},
		"only the title": {"# Changelog\n\nNewest first.\n", nil},
		"releases": {
			"# Changelog\n\n## Unreleased\n\n- New.\n  More.\n\n## 0.2.0, 2027-01-31\n\n- Newer.\n\n## 0.1.0, 2026-11-22\n\n- First.\n",
			[]Release{{Changes: "- New.\n  More."}, {"0.2.0", "2027-01-31", "- Newer."}, {"0.1.0", "2026-11-22", "- First."}},
		},
		"heading of a lower level": {"## 0.1.0, 2026-11-22\n### Window\n- A.\n", []Release{{"0.1.0", "2026-11-22", "### Window\n- A."}}},
		"nothing yet":              {"## Unreleased\n\n## 0.1.0, 2026-11-22\n- A.", []Release{{}, {"0.1.0", "2026-11-22", "- A."}}},
		"line ends of Windows":     {"## 0.1.0, 2026-11-22\r\n", []Release{{Version: "0.1.0", Date: "2026-11-22"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, parse(test.text)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestText(t *testing.T) {
	for name, test := range map[string]struct{ changes, want string }{
		"nothing":         {"", ""},
		"items":           {"- One\n  and more.\n- Two.", "• One and more.\n\n• Two."},
		"paragraph":       {"The first release.\n\n- One.", "The first release.\n\n• One."},
		"emphasis":        {"- *Retry all*, **twice**.", "• “Retry all”, twice."},
		"code":            {"- `ferry list --all`, `*.tmp` and *more*.", "• ferry list --all, *.tmp and “more”."},
		"code over lines": {"- `a\n  b` *c*", "• a b “c”"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, Release{Changes: test.changes}.Text()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReleaseOf(t *testing.T) {
	for version, want := range map[string]string{
		"0.1.0+a47d76a3": "0.1.0", "0.1.0+a47d76a3-dirty": "0.1.0", "1.20.3": "1.20.3",
		"0.2.0-dev+a47d76a3": "0.2.0", "0.2.0-dev+a47d76a3-dirty": "0.2.0", "0.2.0-dev": "0.2.0",
		"unknown": "", "test": "", "": "",
	} {
		if got := ReleaseOf(version); got != want {
			t.Errorf("release of %q is %q, want %q", version, got, want)
		}
	}
}

// TestChangelog checks the form of the changelog, which packaging/release relies on too.
func TestChangelog(t *testing.T) {
	releases := Releases()
	versionForm, dateForm := regexp.MustCompile(`^\d+\.\d+\.\d+$`), regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)
	for i, r := range releases {
		if r.Version == "" && i == 0 {
			continue
		}
		if strings.Count(r.Changes, "`")%2 != 0 {
			t.Errorf("release %s has code that does not end", r.Version)
		}
		if !versionForm.MatchString(r.Version) || !dateForm.MatchString(r.Date) || r.Changes == "" {
			t.Errorf("release %d is %q of %q with %d bytes of changes", i, r.Version, r.Date, len(r.Changes))
		}
	}
	if last := releases[len(releases)-1]; last.Version != "0.1.0" {
		t.Errorf("the first release is %q", last.Version)
	}
}
