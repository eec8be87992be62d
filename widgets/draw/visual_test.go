package draw_test

import (
	"strings"
	"testing"

	"github.com/ferryapp/ferry/widgets/draw"
)

// TestVisual compares the order of words, numbers and punctuation from left to right. Letters
// of a word stay in their order: the toolkit reverses them.
func TestVisual(t *testing.T) {
	const photo, final, summer = "צילום", "סופי", "صيف"
	for text, want := range map[string]string{
		"film (1).mov":                             "film (1).mov",
		"电影 (1).mov":                               "电影 (1).mov",
		photo + ".mov":                             photo + ".mov",
		photo + " 1.mov":                           "1 " + photo + ".mov",
		photo + " (1).mov":                         "(1) " + photo + ".mov",
		photo + " (1) " + final + ".mov":           final + " (1) " + photo + ".mov",
		"film (2) " + photo + ".mov":               "film (2) " + photo + ".mov",
		"film " + photo + " " + final + " day.mov": "film " + final + " " + photo + " day.mov",
		photo + " film " + final + ".mov":          photo + " film " + final + ".mov",
		photo + " 2026-11-30 " + final:             final + " 2026-11-30 " + photo,
		"[" + photo + "] <" + final + ">":          "[" + photo + "] <" + final + ">",
		summer + " 3 " + photo:                     photo + " 3 " + summer,
		summer + " ٣٤ " + photo + "-a":             photo + " ٣٤ " + summer + "-a",
		"צִילוּם 1":                                "1 צִילוּם",
		"2 " + photo:                               "2 " + photo,
		"":                                         "",
	} {
		got := draw.Visual(text)
		if plain := strings.ReplaceAll(got, "\u200e", ""); plain != want {
			t.Errorf("%q is drawn as %q, want %q", text, plain, want)
		}
	}
}
