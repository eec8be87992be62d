package uploader

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ferryapp/ferry/uploader/tus"
)

// MetadataError is returned for a line of a metadata template that is not valid.
type MetadataError struct{ Line int } // from 1

// Error implements error.
func (e *MetadataError) Error() string { return fmt.Sprintf("line %d is not valid metadata", e.Line) }

// ParseMetadata parses the metadata template of server options. Each line has a key
// and, after a space, its value, which may contain the placeholders {name}, {path},
// {type} and {size}. Keys are printable ASCII without commas and unique (tus 1.0.0,
// Upload-Metadata). Empty lines are skipped. Errors are of type *MetadataError.
func ParseMetadata(template string) ([]tus.Pair, error) {
	var pairs []tus.Pair
	for i, line := range strings.Split(template, "\n") {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		sameKey := func(p tus.Pair) bool { return p.Key == key }
		switch {
		case key == "":
			continue
		case strings.ContainsFunc(key, invalidInKey), slices.ContainsFunc(pairs, sameKey):
			return nil, &MetadataError{i + 1}
		}
		pairs = append(pairs, tus.Pair{Key: key, Value: strings.TrimSpace(value)})
	}
	return pairs, nil
}

func invalidInKey(r rune) bool { return r <= ' ' || r > '~' || r == ',' }
