package draw_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/rivo/uniseg"

	"github.com/ferryapp/ferry/widgets/draw"
)

const textSize = 14

func widthOf(text string) float32 {
	return fyne.MeasureText(text, textSize, fyne.TextStyle{}).Width
}

func TestEllipsisMiddle(t *testing.T) {
	test.NewTempApp(t)
	cases := []struct{ name, text, room, want string }{
		{"fits", "report.pdf", "report.pdf", "report.pdf"},
		{"keeps the extension", "annual report for the board.pdf", "annual repo…ard.pdf", "annual repo…ard.pdf"},
		{"no extension", "annual report for the board", "annual re…board", "annual re…board"},
		{"dot file", ".configuration-of-everything", ".configu…hing", ".configu…hing"},
		{"long suffix is no extension", "backup.something-very-long-indeed", "backup.so…ndeed", "backup.so…ndeed"},
		{"no width", "report.pdf", "", "…"},
		{"empty", "", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := draw.EllipsisMiddle(c.text, widthOf(c.room), textSize, fyne.TextStyle{})
			if !sameEnds(got, c.want) {
				t.Errorf("got %q, want about %q", got, c.want)
			}
			if got != ellipsis && widthOf(got) > widthOf(c.room) {
				t.Errorf("%q is wider than %q", got, c.room)
			}
		})
	}
}

const ellipsis = "…"

// sameEnds reports whether a and b are equal, or are shortened in the same way: one
// may keep more characters than the other, which depends on the font.
func sameEnds(a, b string) bool {
	headA, tailA, cutA := strings.Cut(a, ellipsis)
	headB, tailB, cutB := strings.Cut(b, ellipsis)
	if !cutA && !cutB {
		return a == b
	}
	heads := strings.HasPrefix(headA, headB) || strings.HasPrefix(headB, headA)
	tails := strings.HasSuffix(tailA, tailB) || strings.HasSuffix(tailB, tailA)
	return cutA == cutB && heads && tails
}

func TestEllipsisEndTrimsPunctuation(t *testing.T) {
	test.NewTempApp(t)
	got := draw.EllipsisEnd("It is not allowed. Ask.", widthOf("It is not allowed. …"), textSize, fyne.TextStyle{})
	if want := "It is not allowed…"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzEllipsisMiddle(f *testing.F) {
	for _, seed := range []string{"report.pdf", "北京之行-照片合集-最终版本.png", "👩‍👩‍👧‍👦 family 🏖️.iso", "é́́é.txt", "a.b.c.d", "…", "\xff\xfe.bin", "🇩🇪🇫🇷🇯🇵.zip"} {
		f.Add(seed, uint16(60))
	}
	test.NewTempApp(f)
	f.Fuzz(func(t *testing.T, name string, width uint16) {
		if len(name) > 512 || strings.Contains(name, ellipsis) || !utf8.ValidString(name) {
			return
		}
		got := draw.EllipsisMiddle(name, float32(width), textSize, fyne.TextStyle{})
		if got == name {
			return
		}
		head, tail, cut := strings.Cut(got, ellipsis)
		if !cut || !strings.HasPrefix(name, head) || !strings.HasSuffix(name, tail) || len(head)+len(tail) >= len(name) {
			t.Fatalf("%q does not shorten %q", got, name)
		}
		if got != ellipsis && widthOf(got) > float32(width) {
			t.Errorf("%q is wider than %d", got, width)
		}
		for _, end := range []int{len(head), len(name) - len(tail)} {
			if !boundary(name, end) {
				t.Errorf("%q splits a character of %q", got, name)
			}
		}
	})
}

// boundary reports whether a byte offset is the end of a grapheme cluster.
func boundary(text string, offset int) bool {
	if offset == 0 {
		return true
	}
	for graphemes := uniseg.NewGraphemes(text); graphemes.Next(); {
		if _, end := graphemes.Positions(); end == offset {
			return true
		}
	}
	return false
}
