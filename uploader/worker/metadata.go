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
	own, err := uploader.ParseMetadata(template)
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

// metadata is what the server is told of the file.
func (w *Worker) metadata() []tus.Pair {
	pairs := usual(w.Transfer.Source)
	if sum := w.Transfer.SHA256; sum != "" {
		pairs = append(pairs, tus.Pair{Key: "sha256", Value: hex.EncodeToString([]byte(sum))})
	}
	return amended(pairs, w.Transfer.Source, w.Remote.Server.Profile.Metadata)
}
