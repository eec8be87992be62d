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
	unnamed      = "unnamed"
)

// target is the requested path of a file in the folder. Every element is a name that is
// valid on every system, and none refers to a parent folder or to privateDir.
type target struct {
	folders []string // outermost first
	name    string
}

// targetOf returns the target of an upload by its metadata: the folders of relativePath,
// and filename or, if that is empty, the last element of relativePath. The metadata is
// untrusted.
func targetOf(metadata map[string]string) target {
	folders, last := path.Split(metadata["relativePath"])
	var to target
	for folder := range strings.SplitSeq(folders, "/") {
		if folder == "" || folder == "." || folder == ".." {
			continue
		}
		if len(to.folders) == maxDepth {
			break
		}
		to.folders = append(to.folders, safeName(folder))
	}
	name := metadata["filename"]
	if name == "" {
		name = last
	}
	to.name = safeName(path.Base(name))
	return to
}

// safeName returns a name, not empty, that is valid on every system and as similar as
// possible to the one given.
func safeName(name string) string {
	name = strings.Map(safeRune, strings.ToValidUTF8(name, "_"))
	name = strings.TrimRight(shorten(name), ". ")
	switch {
	case name == "":
		return unnamed
	case isDevice(name) || isPrivate(name):
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
