package receiver

import (
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxName      = 230 // bytes; file systems allow 255, the rest is for " (123456)"
	maxExtension = 32  // bytes; a longer one is not kept when a name is shortened
	maxDepth     = 64  // folders above a file
	maxNumbering = 9   // bytes that numbered adds, for a number below maxNumber
	unnamed      = "unnamed"
)

// target is the requested path of a file in the folder. Every element is a name that is
// valid on every system, and none refers to a parent folder or to privateDir.
type target struct {
	folders []string // outermost first
	name    string
}

// naming is how a receiver makes targets.
type naming struct {
	keepDots bool // names may begin with a dot
	maxPath  int  // bytes of the path in the folder
}

// namingIn returns the naming for the folder dir, an absolute path: the whole path of a file
// has to be one that the system opens.
func namingIn(dir string, keepDots bool) naming {
	return naming{keepDots: keepDots, maxPath: maxSystemPath - len(dir) - 1}
}

// minPath is the least naming.maxPath: every name has to fit.
const minPath = maxName + 1 + maxNumbering

// targetOf returns the target of an upload by its metadata: the folders of relativePath,
// and filename or, if that is empty, the last element of relativePath. The innermost folders
// are left out if the path would be too long. The metadata is untrusted.
func (n naming) targetOf(metadata map[string]string) target {
	folders, last := path.Split(metadata["relativePath"])
	name := metadata["filename"]
	if name == "" {
		name = last
	}
	to := target{name: n.safeName(path.Base(name))}
	left := n.maxPath - len(to.name) - maxNumbering
	for folder := range strings.SplitSeq(folders, "/") {
		if folder == "" || folder == "." || folder == ".." {
			continue
		}
		folder = n.safeName(folder)
		left -= len(folder) + maxNumbering + 1
		if left < 0 || len(to.folders) == maxDepth {
			break
		}
		to.folders = append(to.folders, folder)
	}
	return to
}

// safeName returns a name, not empty, that is valid on every system and as similar as
// possible to the one given. A leading dot gets a prefix, unless it is to be kept: programs
// read such files in the folders of a user, and many do not show them.
func (n naming) safeName(name string) string {
	name = strings.Map(safeRune, strings.ToValidUTF8(name, "_"))
	name = strings.TrimRight(shorten(name), ". ")
	switch {
	case name == "":
		return unnamed
	case isDevice(name) || isPrivate(name) || name[0] == '.' && !n.keepDots:
		return "_" + name
	default:
		return name
	}
}

// safeRune replaces characters that Windows does not allow, line breaks, and control
// characters for bidirectional text, which can disguise an extension.
func safeRune(r rune) rune {
	switch {
	case strings.ContainsRune(`<>:"/\|?*`, r), unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029':
		return '_'
	default:
		return r
	}
}

// shorten shortens a name that is too long, and keeps its extension.
func shorten(name string) string {
	if len(name) <= maxName {
		return name
	}
	stem, extension := splitExtension(name)
	if len(extension) > maxExtension {
		stem, extension = name, ""
	}
	cut := maxName - len(extension)
	for !utf8.RuneStart(stem[cut]) {
		cut--
	}
	return stem[:cut] + extension
}

// splitExtension splits a name before its extension, which may be empty. A leading dot
// does not start an extension.
func splitExtension(name string) (stem, extension string) {
	extension = path.Ext(name)
	if extension == name {
		return name, ""
	}
	return strings.TrimSuffix(name, extension), extension
}

// isDevice reports whether a name, with any extension, is a device on Windows.
func isDevice(name string) bool {
	device, _, _ := strings.Cut(name, ".")
	device = strings.ToUpper(strings.TrimRight(device, " "))
	switch device {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	number, ok := strings.CutPrefix(device, "COM")
	if !ok {
		number, ok = strings.CutPrefix(device, "LPT")
	}
	return ok && utf8.RuneCountInString(number) == 1 && strings.ContainsAny(number, "0123456789¹²³")
}

// isPrivate reports whether a name is privateDir on some file system: one that ignores case
// or invisible characters, or has short names.
func isPrivate(name string) bool {
	visible := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, name)
	short, _, shortened := strings.Cut(visible, "~")
	return strings.EqualFold(visible, privateDir) || shortened && strings.EqualFold(short, privateDir[1:])
}

// numbered returns the n-th name to try: "a.txt", "a (2).txt", "a (3).txt".
func numbered(name string, n int) string {
	if n == 1 {
		return name
	}
	stem, extension := splitExtension(name)
	return stem + " (" + strconv.Itoa(n) + ")" + extension
}
