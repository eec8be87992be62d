package draw

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/bidi"
)

// leftToRightMark makes what is between two of them be drawn from left to right. It has no
// width.
const leftToRightMark = "\u200e"

// Visual returns a line of text in the order in which Fyne draws it correctly. Fyne draws the
// parts of a line that have different directions, scripts or fonts in the order in which they
// are stored, so that in a name such as "צילום (1).mov" brackets and spaces are at the wrong
// place. Visual reorders the parts by the Unicode bidirectional algorithm (UAX #9, rule L2) in
// a line from left to right, and mirrors brackets (L4); the letters of each word stay in
// their order, since Fyne reverses them. A text without letters that are written from right
// to left is returned unchanged. The text must have no bidirectional control characters.
func Visual(text string) string {
	if !strings.ContainsFunc(text, isRightToLeft) {
		return text
	}
	var out strings.Builder
	out.WriteString(leftToRightMark)
	parts := partsOf(text)
	for i := 0; i < len(parts); {
		if parts[i].level == 0 {
			out.WriteString(parts[i].text)
			i++
			continue
		}
		end := i
		for end < len(parts) && parts[end].level > 0 {
			end++
		}
		for _, p := range slices.Backward(parts[i:end]) {
			out.WriteString(p.text + leftToRightMark) // the mark keeps Fyne from joining it with the next one
		}
		i = end
	}
	return out.String()
}

// isRightToLeft reports whether a character is a letter that is written from right to left.
func isRightToLeft(r rune) bool {
	const first = 0x590
	if r < first {
		return false
	}
	class := classOf(r)
	return class == bidi.R || class == bidi.AL
}

func classOf(r rune) bidi.Class {
	properties, _ := bidi.LookupRune(r)
	return properties.Class()
}

// part is a part of a line with one embedding level: 0 for text from left to right, 1 for a
// word or another character in text from right to left, and 2 for numbers in that.
type part struct {
	text  string
	level int
	word  bool // level 1, of letters
}

// partsOf returns the parts of a line in the order in which they are stored.
func partsOf(text string) []part {
	runes := []rune(text)
	levels := levelsOf(runes)
	var parts []part
	for i, r := range runes {
		class := classOf(r)
		p := part{string(r), levels[i], levels[i] == 1 && (class == bidi.R || class == bidi.AL || class == bidi.NSM || class == bidi.BN)}
		if levels[i] == 1 && !p.word {
			p.text = bidi.ReverseString(p.text) // mirrors a bracket
		}
		if last := len(parts) - 1; last >= 0 && parts[last].level == p.level && parts[last].word == p.word && (p.level != 1 || p.word) {
			parts[last].text += p.text
			continue
		}
		parts = append(parts, p)
	}
	return parts
}

// levelsOf returns the embedding level of each character of a line from left to right without
// bidirectional control characters (UAX #9, rules W1 to I1).
func levelsOf(runes []rune) []int {
	classes := make([]bidi.Class, len(runes))
	for i, r := range runes {
		classes[i] = classOf(r)
	}
	resolveWeak(classes)
	resolveBrackets(runes, classes)
	resolveNeutral(classes)
	levels := make([]int, len(runes))
	for i, class := range classes {
		switch class {
		case bidi.R:
			levels[i] = 1
		case bidi.EN, bidi.AN:
			levels[i] = 2
		}
	}
	return levels
}

// resolveWeak applies the rules W1 to W7.
func resolveWeak(classes []bidi.Class) {
	before, strong, arabic := bidi.L, bidi.L, false
	for i, class := range classes {
		switch class {
		case bidi.NSM, bidi.BN: // W1
			class = before
		case bidi.L, bidi.R:
			strong, arabic = class, false
		case bidi.AL: // W3
			class = bidi.R
			strong, arabic = class, true
		case bidi.EN: // W2, W7
			if arabic {
				class = bidi.AN
			} else if strong == bidi.L {
				class = bidi.L
			}
		}
		classes[i], before = class, class
	}
	isNumber := func(i int) bool {
		return i >= 0 && i < len(classes) && (classes[i] == bidi.EN || classes[i] == bidi.AN)
	}
	for i, class := range classes { // W4
		if isNumber(i-1) && isNumber(i+1) && classes[i-1] == classes[i+1] && (class == bidi.CS || class == bidi.ES && classes[i-1] == bidi.EN) {
			classes[i] = classes[i-1]
		}
	}
	for i := range classes { // W5, from a number in both directions
		if classes[i] != bidi.EN {
			continue
		}
		for j := i - 1; j >= 0 && classes[j] == bidi.ET; j-- {
			classes[j] = bidi.EN
		}
		for j := i + 1; j < len(classes) && classes[j] == bidi.ET; j++ {
			classes[j] = bidi.EN
		}
	}
}

// strongOf returns the direction of a class for the rules N0 and N1: L, R, or ON for none.
func strongOf(class bidi.Class) bidi.Class {
	switch class {
	case bidi.L:
		return bidi.L
	case bidi.R, bidi.EN, bidi.AN:
		return bidi.R
	default:
		return bidi.ON
	}
}

// resolveBrackets applies the rule N0.
func resolveBrackets(runes []rune, classes []bidi.Class) {
	for _, pair := range bracketPairs(runes, classes) {
		inside := bidi.ON
		for _, class := range classes[pair[0]+1 : pair[1]] {
			if strong := strongOf(class); strong != bidi.ON {
				inside = strong
				if strong == bidi.L {
					break
				}
			}
		}
		if inside == bidi.ON {
			continue
		}
		if inside == bidi.R {
			inside = bidi.L // unless the text before is from right to left as well
			for _, class := range slices.Backward(classes[:pair[0]]) {
				if strong := strongOf(class); strong != bidi.ON {
					inside = strong
					break
				}
			}
		}
		classes[pair[0]], classes[pair[1]] = inside, inside
	}
}

// maxBrackets is the greatest number of open brackets (rule BD16).
const maxBrackets = 63

// bracketPairs returns the places of the brackets that belong together, in the order of the
// opening ones.
func bracketPairs(runes []rune, classes []bidi.Class) [][2]int {
	var open []int
	var pairs [][2]int
	for i, r := range runes {
		properties, _ := bidi.LookupRune(r)
		switch {
		case !properties.IsBracket() || strongOf(classes[i]) != bidi.ON:
		case properties.IsOpeningBracket():
			if len(open) == maxBrackets {
				return nil
			}
			open = append(open, i)
		default:
			opening := bidi.ReverseString(string(r))
			for j, at := range slices.Backward(open) {
				if string(runes[at]) == opening {
					pairs = append(pairs, [2]int{at, i})
					open = open[:j]
					break
				}
			}
		}
	}
	slices.SortFunc(pairs, func(a, b [2]int) int { return a[0] - b[0] })
	return pairs
}

// resolveNeutral applies the rules N1 and N2: what is between two parts of one direction has
// that direction, and what is not is from left to right.
func resolveNeutral(classes []bidi.Class) {
	before := bidi.L
	for i := 0; i < len(classes); {
		if strong := strongOf(classes[i]); strong != bidi.ON {
			before = strong
			i++
			continue
		}
		end := i
		for end < len(classes) && strongOf(classes[end]) == bidi.ON {
			end++
		}
		direction := bidi.L
		if end < len(classes) && before == bidi.R && strongOf(classes[end]) == bidi.R {
			direction = bidi.R
		}
		for ; i < end; i++ {
			classes[i] = direction
		}
	}
}
