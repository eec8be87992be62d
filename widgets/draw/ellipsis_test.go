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

const SizeCaption = 14

func widthOf(text string) float32 {
	return fyne.MeasureText(text, SizeCaption, fyne.TextStyle{}).Width
}

func TestEllipsisMiddle(t *testing.T) {
	test.NewTempApp(t)
	cases := []struct{ name, text, room, want string }{
		{"a name that fits stays", "report.pdf", "report.pdf", "report.pdf"},
		{"the middle goes, the extension stays", "annual report for the board.pdf", "annual repo…ard.pdf", "annual repo…ard.pdf"},
		{"without an extension both ends stay", "annual report for the board", "annual re…board", "annual re…board"},
		{"a dot file has no extension", ".configuration-of-everything", ".configu…hing", ".configu…hing"},
		{"a very long suffix is none", "backup.something-very-long-indeed", "backup.so…ndeed", "backup.so…ndeed"},
		{"where nothing fits the ellipsis stays", "report.pdf", "", "…"},
		{"nothing stays nothing", "", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := draw.EllipsisMiddle(c.text, widthOf(c.room), SizeCaption, fyne.TextStyle{})
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

// sameEnds says whether both texts are whole, or shortened, alike: how many
// characters fit depends on the font, what they are does not.
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

func TestEllipsisEndLeavesNoPunctuationHanging(t *testing.T) {
	test.NewTempApp(t)
	got := draw.EllipsisEnd("It is not allowed. Ask.", widthOf("It is not allowed. …"), SizeCaption, fyne.TextStyle{})
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
		got := draw.EllipsisMiddle(name, float32(width), SizeCaption, fyne.TextStyle{})
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
				t.Errorf("%q cuts a character of %q", got, name)
			}
		}
	})
}

// boundary says whether a character ends at a byte of the text.
func boundary(text string, at int) bool {
	if at == 0 {
		return true
	}
	for graphemes := uniseg.NewGraphemes(text); graphemes.Next(); {
		if _, end := graphemes.Positions(); end == at {
			return true
		}
	}
	return false
}
