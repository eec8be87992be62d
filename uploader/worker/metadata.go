package worker

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/tus"
)

// metadata returns the Upload-Metadata of a transfer's file.
func (r *Remote) metadata(t *uploader.Transfer) []tus.Pair {
	pairs := defaultMetadata(t.Source)
	if sum := t.SHA256; sum != "" {
		pairs = append(pairs, tus.Pair{Key: "sha256", Value: hex.EncodeToString([]byte(sum))})
	}
	return withTemplate(pairs, t.Source, r.Server.Options.Metadata)
}

// defaultMetadata returns the metadata that every server gets. File names may be
// arbitrary bytes, which Upload-Metadata can hold.
func defaultMetadata(f source.File) []tus.Pair {
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

// withTemplate adds the metadata of a server's template to pairs, replacing those of
// the same key. A template that does not parse adds nothing.
func withTemplate(pairs []tus.Pair, f source.File, template string) []tus.Pair {
	added, err := uploader.ParseMetadata(template)
	if err != nil {
		return pairs
	}
	path := f.RelPath
	if path == "" {
		path = f.Name()
	}
	placeholders := strings.NewReplacer(
		"{name}", f.Name(), "{path}", path, "{type}", source.MediaType(f.Name()), "{size}", strconv.FormatInt(f.Size, 10),
	)
	for _, pair := range added {
		pair.Value = placeholders.Replace(pair.Value)
		sameKey := func(p tus.Pair) bool { return p.Key == pair.Key }
		pairs = append(slices.DeleteFunc(pairs, sameKey), pair)
	}
	return pairs
}
