package uploader

import (
	"errors"
	"slices"
	"strings"
	"unicode"
)

// maxFolder is the maximum length in bytes of BatchOptions.Folder.
const maxFolder = 1024

var errFolder = errors.New("not a relative folder")

// CleanFolder returns a relative folder with slashes between its names and none around them;
// "" for none. It fails for a folder that leads outside, such as "..", and for control
// characters. Backslashes are slashes.
func CleanFolder(text string) (string, error) {
	if len(text) > maxFolder {
		return "", errFolder
	}
	var names []string
	for name := range strings.SplitSeq(strings.ReplaceAll(text, "\\", "/"), "/") {
		name = strings.TrimSpace(name)
		switch {
		case name == "":
			continue
		case name == "." || name == "..", strings.ContainsFunc(name, invalidInFolder):
			return "", errFolder
		}
		names = append(names, name)
	}
	return strings.Join(names, "/"), nil
}

func invalidInFolder(r rune) bool {
	return r == unicode.ReplacementChar || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
}

// FolderUse is what becomes of BatchOptions.Folder at a server.
type FolderUse uint8

// The uses of a folder.
const (
	FolderIgnored  FolderUse = iota // the server is told of no folders
	FolderTold                      // it is part of "relativePath", which not every server uses
	FolderObserved                  // it is part of what determines where the server stores a file
)

// FolderUse returns what becomes of a folder that is given for a batch.
func (o ServerOptions) FolderUse() FolderUse {
	const key = "relativePath"
	template := SavedMetadata(o.Metadata)
	usesPath := func(text string) bool {
		return strings.Contains(text, "{"+PlaceholderPath+"}") || strings.Contains(text, "{"+PlaceholderDir+"}")
	}
	omitted := slices.ContainsFunc(template, func(f MetadataField) bool { return f.Key == key })
	switch {
	case o.GivenURL || o.Folders == FoldersFlat:
		return FolderIgnored
	case usesPath(o.UploadPath), o.UploadPath == "" && o.Folders == FoldersByMKCOL,
		slices.ContainsFunc(template, func(f MetadataField) bool { return usesPath(f.Value) }):
		return FolderObserved
	case omitted:
		return FolderIgnored
	default:
		return FolderTold
	}
}

// FolderUse is that of the options, except for the built-in receiver, which stores files by
// their relative path.
func (s Server) FolderUse() FolderUse {
	if s.Builtin() {
		return FolderObserved
	}
	return s.Options.FolderUse()
}
