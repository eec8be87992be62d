package notices

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want []Component
	}{
		"empty":      {"", nil},
		"only intro": {"Ferry and others.\n", nil},
		"components": {
			"Intro.\n\n=== Ferry ===\n\nMIT\n\n2026\n\n=== example.com/a v1.2.3 ===\n\n--- LICENSE ---\n\nBSD\n",
			[]Component{{Name: "Ferry", Licence: "MIT\n\n2026"}, {Name: "example.com/a", Version: "v1.2.3", Licence: "--- LICENSE ---\n\nBSD"}},
		},
		"line like a heading": {"=== Ferry ===\n=== not closed\n ===\n", []Component{{Name: "Ferry", Licence: "=== not closed\n ==="}}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, parse(test.text)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestHasHeading(t *testing.T) {
	for text, want := range map[string]bool{
		"":                                  false,
		"====\nMIT\n====\n":                 false,
		"a === b ===\n":                     false,
		"MIT\n=== a v1 ===\nBSD":            true,
		Heading(Component{Name: "a"}):       true,
		"=== the end of the line is missed": false,
	} {
		if got := HasHeading(text); got != want {
			t.Errorf("%q: got %t, want %t", text, got, want)
		}
	}
}

func TestEveryComponentHasALicence(t *testing.T) {
	components := Components()
	if len(components) < 50 || components[0].Name != "Ferry" || components[1].Name != "Go" {
		t.Fatalf("%d components, want Ferry, Go, and more than 50 modules", len(components))
	}
	for _, c := range components {
		if lower := strings.ToLower(c.Licence); !strings.Contains(lower, "copyright") && !strings.Contains(lower, "licen") {
			t.Errorf("%s: no licence in %.60q", c, c.Licence)
		}
	}
}
