package uploader

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ferryapp/ferry/uploader/tus"
)

// MetadataError is a line of a template that is no pair.
type MetadataError struct{ Line int } // from 1

// Error implements error.
func (e *MetadataError) Error() string { return fmt.Sprintf("line %d is no metadata", e.Line) }

// ParseMetadata reads a Profile's Metadata: in each line a key, and after a space
// its value, in which {name}, {path}, {type} and {size} stand for those of the
// File. Keys are of printable ASCII without a comma, and each is there once (tus
// 1.0.0, Upload-Metadata). Empty lines are passed over.
func ParseMetadata(template string) ([]tus.Pair, error) {
	var pairs []tus.Pair
	for i, line := range strings.Split(template, "\n") {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		known := func(p tus.Pair) bool { return p.Key == key }
		switch {
		case key == "":
			continue
		case strings.ContainsFunc(key, notInKey), slices.ContainsFunc(pairs, known):
			return nil, &MetadataError{i + 1}
		}
		pairs = append(pairs, tus.Pair{Key: key, Value: strings.TrimSpace(value)})
	}
	return pairs, nil
}

func notInKey(r rune) bool { return r <= ' ' || r > '~' || r == ',' }
