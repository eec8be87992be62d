package uploader

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/tus"
)

// usual is what every server is told of a file. Names are bytes on some systems;
// Upload-Metadata carries them as they are.
func usual(f source.File) []tus.Pair {
	pairs := []tus.Pair{
		{Key: "filename", Value: f.Name()},
		{Key: "filetype", Value: source.MediaType(f.Name())},
		{Key: "mtime", Value: strconv.FormatInt(f.ModTime.UnixMilli(), 10)},
	}
	if f.RelPath != "" {
		pairs = append(pairs, tus.Pair{Key: "relativePath", Value: f.RelPath})
	}
	return pairs
}

// amended is pairs with those of a template, which go before others of the same
// key.
func amended(pairs []tus.Pair, f source.File, template string) []tus.Pair {
	own, err := ParseMetadata(template)
	if err != nil {
		return pairs // whoever let it be saved did not read it
	}
	path := f.RelPath
	if path == "" {
		path = f.Name()
	}
	fill := strings.NewReplacer(
		"{name}", f.Name(), "{path}", path, "{type}", source.MediaType(f.Name()), "{size}", strconv.FormatInt(f.Size, 10),
	)
	for _, pair := range own {
		pair.Value = fill.Replace(pair.Value)
		same := func(known tus.Pair) bool { return known.Key == pair.Key }
		pairs = append(slices.DeleteFunc(pairs, same), pair)
	}
	return pairs
}

// MetadataError is a line of a template that is no pair.
type MetadataError struct{ Line int } // from 1

// Error implements error.
func (e *MetadataError) Error() string { return fmt.Sprintf("line %d is no metadata", e.Line) }

// ParseMetadata reads a Profile's Metadata: in each line a key, and after a space
// its value, in which {name}, {path}, {type} and {size} stand for those of the
// file. Keys are of printable ASCII without a comma, and each is there once (tus
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
