package source

import (
	"cmp"
	"strings"
)

// CompareNames compares names ignoring the case of ASCII letters, and runs of digits by their
// value, so that "9" is before "10".
func CompareNames(a, b string) int {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		x, y := lower(a[i]), lower(b[j])
		if digit(x) && digit(y) {
			x, y := digits(a[i:]), digits(b[j:])
			i, j = i+len(x), j+len(y)
			x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
			if order := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); order != 0 {
				return order
			}
			continue
		}
		if x != y {
			return cmp.Compare(x, y)
		}
		i, j = i+1, j+1
	}
	return cmp.Or(cmp.Compare(len(a)-i, len(b)-j), cmp.Compare(a, b))
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// digits returns the digits at the beginning of a text.
func digits(text string) string {
	for i := range len(text) {
		if !digit(text[i]) {
			return text[:i]
		}
	}
	return text
}
