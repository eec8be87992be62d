package receiver

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxName   = 230 // bytes of one name; file systems take 255, the rest is for " (123456)"
	maxSuffix = 32  // bytes of an extension worth keeping when a name is cut
	maxDepth  = 64  // folders one file may ask for
	unnamed   = "unnamed"
)

// target is where a file wants to lie: folders from the top, and its name. Every
// element is a name that every system takes, and none leads up or into the
// receiver's own folder.
type target struct {
	folders []string
	name    string
}

// targetOf reads a target out of an upload's metadata: filename, and the
// folders of relativePath, whose last element is the file again. Both come from
// outside and may be anything at all.
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

// safeName turns any text into one name that every system takes, keeping as much
// of it as it can. The result is never empty.
func safeName(name string) string {
	name = strings.Map(safeRune, strings.ToValidUTF8(name, "_"))
	name = strings.TrimRight(shorten(name), ". ")
	switch {
	case name == "":
		return unnamed
	case reserved(name) || ours(name):
		return "_" + name
	default:
		return name
	}
}

// safeRune replaces what Windows refuses, what breaks lines, and what turns the
// direction of text, by which an extension can be made to look like another.
func safeRune(r rune) rune {
	switch {
	case strings.ContainsRune(`<>:"/\|?*`, r), unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029':
		return '_'
	default:
		return r
	}
}

// shorten cuts a name that is too long before its extension.
func shorten(name string) string {
	if len(name) <= maxName {
		return name
	}
	stem, extension := split(name)
	if len(extension) > maxSuffix {
		stem, extension = name, ""
	}
	cut := maxName - len(extension)
	for !utf8.RuneStart(stem[cut]) {
		cut--
	}
	return stem[:cut] + extension
}

// split parts a name before its extension, which may be empty. A leading dot
// does not begin one.
func split(name string) (stem, extension string) {
	extension = path.Ext(name)
	if extension == name {
		return name, ""
	}
	return strings.TrimSuffix(name, extension), extension
}

// reserved reports whether Windows takes the name for a device, whatever
// extension it has.
func reserved(name string) bool {
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

// ours reports whether some file system takes the name for the receiver's own
// folder: one that folds case, ignores invisible characters, or makes short names.
func ours(name string) bool {
	visible := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, name)
	short, _, shortened := strings.Cut(visible, "~")
	return strings.EqualFold(visible, private) || shortened && strings.EqualFold(short, private[1:])
}
