package words

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// wordJoiner between two characters keeps a line from being broken there (UAX #14, class WJ).
// It has no width, and widgets do not draw it.
const wordJoiner = '\u2060'

// Path returns a path of this computer as it is shown: safe to show on one line, and with ~ for
// the user's home folder, except on Windows, where nobody writes that.
func Path(path string) string {
	if runtime.GOOS == "windows" {
		return Printable(path)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return Printable(path)
	}
	return Printable(withoutHome(path, filepath.Clean(home)))
}

// withoutHome returns a path with ~ for the folder home. A home folder that is the root of the
// file system is not replaced.
func withoutHome(path, home string) string {
	rest, inHome := strings.CutPrefix(path, home)
	if !inHome || home == string(filepath.Separator) || rest != "" && rest[0] != filepath.Separator {
		return path
	}
	return "~" + rest
}

// Unbroken returns a text that is broken into lines only if it is longer than a line.
func Unbroken(text string) string {
	var b strings.Builder
	for i, r := range text {
		if i > 0 {
			b.WriteRune(wordJoiner)
		}
		b.WriteRune(r)
	}
	return b.String()
}
