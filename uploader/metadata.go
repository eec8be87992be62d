package uploader

import (
	"fmt"
	"slices"
	"strings"
)

// MetadataError is returned for a line of a metadata template that is not valid.
type MetadataError struct {
	Line        int    // from 1
	Placeholder string // the one that does not exist, with its braces; "": the key is not valid or not unique
}

// Error implements error.
func (e *MetadataError) Error() string {
	if e.Placeholder != "" {
		return fmt.Sprintf("line %d: unknown placeholder %s", e.Line, e.Placeholder)
	}
	return fmt.Sprintf("line %d is not valid metadata", e.Line)
}

// MetadataField is a line of a metadata template: a key, and its value with placeholders.
type MetadataField struct {
	Key, Value string
	Omitted    bool // the key is not sent, although every server gets it by default
}

// MetadataTemplate is the additional metadata of the uploads to a server. Its fields
// replace those of the same key that every server gets.
type MetadataTemplate []MetadataField

// ParseMetadata parses the metadata template of server options. Each line is one of
//
//	key=value   the key with a value, which may contain placeholders
//	key=        leaves the key out, if it is one that every server gets
//	key value   as key=value, which may also have spaces around the "="
//	key         the key with an empty value
//
// Keys are unique and consist of printable ASCII without comma and "=" (tus 1.0.0,
// Upload-Metadata). Empty lines are skipped. The error is a [*MetadataError].
func ParseMetadata(template string) (MetadataTemplate, error) {
	fields, err := parseMetadata(template)
	if err != nil {
		return nil, err
	}
	return fields, nil
}

// SavedMetadata parses the metadata template of a saved server. Unknown placeholders are
// text, as in templates that were saved before they were errors. A template that is not
// valid otherwise adds nothing.
func SavedMetadata(template string) MetadataTemplate {
	fields, err := parseMetadata(template)
	if err != nil && err.Placeholder == "" {
		return nil
	}
	return fields
}

// parseMetadata returns the fields also with an error about a placeholder.
func parseMetadata(template string) (fields MetadataTemplate, unknown *MetadataError) {
	for i, line := range strings.Split(template, "\n") {
		field := parseField(strings.TrimSpace(line))
		switch {
		case strings.TrimSpace(line) == "":
			continue
		case field.Key == "", strings.ContainsFunc(field.Key, invalidInKey), fields.Has(field.Key):
			return nil, &MetadataError{Line: i + 1}
		}
		if name := unknownPlaceholder(field.Value); name != "" && unknown == nil {
			unknown = &MetadataError{Line: i + 1, Placeholder: name}
		}
		fields = append(fields, field)
	}
	return fields, unknown
}

func parseField(line string) MetadataField {
	end := strings.IndexAny(line, "= ")
	if end < 0 {
		return MetadataField{Key: line}
	}
	key, rest := line[:end], strings.TrimSpace(line[end:])
	value, assigned := strings.CutPrefix(rest, "=")
	value = strings.TrimSpace(value)
	return MetadataField{Key: key, Value: value, Omitted: assigned && value == ""}
}

func invalidInKey(r rune) bool { return r <= ' ' || r > '~' || r == ',' }

// Has reports whether the template has a field with a key.
func (t MetadataTemplate) Has(key string) bool {
	return slices.ContainsFunc(t, func(f MetadataField) bool { return f.Key == key })
}

// Uses reports whether a value contains a placeholder.
func (t MetadataTemplate) Uses(placeholder string) bool {
	return slices.ContainsFunc(t, func(f MetadataField) bool { return strings.Contains(f.Value, "{"+placeholder+"}") })
}

// PathError is returned for a template of a path that is not valid.
type PathError struct {
	Placeholder string // the one that does not exist or cannot be used, with its braces; "": a segment is . or ..
}

// Error implements error.
func (e *PathError) Error() string {
	if e.Placeholder != "" {
		return "path cannot contain " + e.Placeholder
	}
	return "path contains . or .."
}

// ParseUploadPath checks the template of the path at which the uploads to a server are
// created. It has the placeholders of metadata except {sha256}; its segments are percent-encoded
// when it is filled. The error is a [*PathError].
func ParseUploadPath(template string) error {
	if name := unknownPlaceholder(template); name != "" {
		return &PathError{name}
	}
	if hash := "{" + PlaceholderSHA256 + "}"; strings.Contains(template, hash) {
		return &PathError{hash}
	}
	for segment := range strings.SplitSeq(template, "/") {
		if segment == "." || segment == ".." {
			return &PathError{}
		}
	}
	return nil
}
