//go:build !linux

package platform

import "testing"

// TestSanitizeLeavesNothingForAShell checks that no text can end a string in the script
// into which the toolkit inserts it.
func TestSanitizeLeavesNothingForAShell(t *testing.T) {
	for text, want := range map[string]string{
		"film 1.mov · 3 % (done)":     "film 1.mov · 3 % (done)",
		"上传完成：影片，第 2 部。":              "上传完成：影片，第 2 部。",
		`a"; calc; "`:                 "a ; calc;  ",
		"$(calc) `calc` 'a' @\" <b>&": " (calc)  calc   a      b  ",
		"a\r\nb\x00c\u202ed":          "a  b c d",
	} {
		if got := sanitize(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
