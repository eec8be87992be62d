package words_test

import (
	"testing"

	"github.com/ferryapp/ferry/app/words"
)

func TestPrintable(t *testing.T) {
	for name, want := range map[string]string{
		"film 1.mov":           "film 1.mov",
		"影片 é e\u0301.mov":     "影片 é e\u0301.mov",
		"a\x1b[2J\r\nb\tc\x7f": "a�[2J��b�c�",
		"a\u2028b\u2029c":      "a�b�c",
		"\u202egpj.exe":        "�gpj.exe",
		"a\u2066b\u2069":       "a�b�",
		"not UTF-8 \xff":       "not UTF-8 �",
	} {
		if got := words.Printable(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
