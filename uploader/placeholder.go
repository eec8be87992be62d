package uploader

import (
	"encoding/hex"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ferryapp/ferry/uploader/source"
)

// The placeholders of templates.
const (
	PlaceholderName    = "name"    // of the file
	PlaceholderPath    = "path"    // {dir} and {name}
	PlaceholderDir     = "dir"     // folder of the file from the added one on, with slashes between; "" for a file that was added itself
	PlaceholderStem    = "stem"    // {name} without {ext} and its dot
	PlaceholderExt     = "ext"     // what follows the last dot of {name}, unless that is its first character
	PlaceholderType    = "type"    // media type, by the extension
	PlaceholderSize    = "size"    // bytes; "" while a file is being written
	PlaceholderMtime   = "mtime"   // modification time, in seconds since 1970-01-01 UTC
	PlaceholderMtimeMs = "mtimeMs" // the same in milliseconds
	PlaceholderSHA256  = "sha256"  // of the content, in hexadecimal digits; the file is read before its upload is created
	PlaceholderDate    = "date"    // day on which the file was added, in UTC: 2026-11-30
)

// Placeholders returns all placeholders of templates, without braces.
func Placeholders() []string {
	return []string{
		PlaceholderName, PlaceholderPath, PlaceholderDir, PlaceholderStem, PlaceholderExt, PlaceholderType, PlaceholderSize,
		PlaceholderMtime, PlaceholderMtimeMs, PlaceholderSHA256, PlaceholderDate,
	}
}

// placeholder matches what is written like a placeholder.
var placeholder = regexp.MustCompile(`\{[A-Za-z][A-Za-z0-9]*\}`)

// unknownPlaceholder returns the first placeholder of a template that does not exist; ""
// for none.
func unknownPlaceholder(template string) string {
	for _, found := range placeholder.FindAllString(template, -1) {
		if !slices.Contains(Placeholders(), found[1:len(found)-1]) {
			return found
		}
	}
	return ""
}

// Fill returns a text with its placeholders replaced by their values. Others stay.
func Fill(template string, value func(placeholder string) string) string {
	return placeholder.ReplaceAllStringFunc(template, func(found string) string {
		if name := found[1 : len(found)-1]; slices.Contains(Placeholders(), name) {
			return value(name)
		}
		return found
	})
}

// Placeholders returns a function that returns the value of a placeholder for a transfer;
// "" if it has none or does not exist. The names are those that the server gets: with the
// NameNumber, and without the folders that it does not get.
func (t *Transfer) Placeholders(folders FolderMode) func(name string) string {
	return t.PlaceholdersIn("", folders)
}

// PlaceholdersIn is Placeholders for a file in a folder on the server ([BatchOptions.Folder]);
// "" for none.
func (t *Transfer) PlaceholdersIn(folder string, folders FolderMode) func(name string) string {
	f := t.RemoteFile()
	dir := folderOf(f, folders)
	if folder != "" && folders != FoldersFlat {
		dir = path.Join(folder, dir)
	}
	return func(name string) string {
		switch name {
		case PlaceholderName:
			return f.Name()
		case PlaceholderPath:
			return path.Join(dir, f.Name())
		case PlaceholderDir:
			return dir
		case PlaceholderStem:
			stem, _ := cutExtension(f.Name())
			return stem
		case PlaceholderExt:
			_, ext := cutExtension(f.Name())
			return ext
		case PlaceholderType:
			return source.MediaType(f.Name())
		case PlaceholderSize:
			return sizeValue(f.Size)
		case PlaceholderMtime:
			return strconv.FormatInt(f.ModTime.Unix(), 10)
		case PlaceholderMtimeMs:
			return strconv.FormatInt(f.ModTime.UnixMilli(), 10)
		case PlaceholderSHA256:
			return hex.EncodeToString([]byte(t.SHA256))
		case PlaceholderDate:
			return dateValue(t.Added)
		}
		return ""
	}
}

// folderOf returns the folder of a file on the server, with slashes between its segments
// and none around them; "" for none.
func folderOf(f source.File, folders FolderMode) string {
	if f.RelPath == "" || folders == FoldersFlat {
		return ""
	}
	return strings.TrimSuffix(f.RelPath[:strings.LastIndexByte(f.RelPath, '/')+1], "/")
}

// cutExtension returns a file name in two parts, without the last dot between them. A dot
// at the start separates nothing.
func cutExtension(name string) (stem, ext string) {
	dot := strings.LastIndexByte(name, '.')
	if dot <= 0 {
		return name, ""
	}
	return name[:dot], name[dot+1:]
}

func sizeValue(size int64) string {
	if size == SizeUnknown {
		return ""
	}
	return strconv.FormatInt(size, 10)
}

func dateValue(added Timestamp) string {
	if added.IsZero() {
		return ""
	}
	return added.Time().UTC().Format(time.DateOnly)
}
