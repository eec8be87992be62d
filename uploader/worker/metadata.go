package worker

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/tus"
)

// metadata returns the Upload-Metadata of a transfer, whose file is open.
func (r *Remote) metadata(t *uploader.Transfer, file source.OpenFile) []tus.Pair {
	remote := t.RemoteFile()
	pairs := defaultMetadata(remote)
	if sum := t.SHA256; sum != "" {
		pairs = append(pairs, tus.Pair{Key: "sha256", Value: hex.EncodeToString([]byte(sum))})
	}
	pairs = withTemplate(pairs, remote, r.Server.Options.Metadata)
	if r.Server.Builtin() {
		pairs = append(pairs, tus.Pair{Key: tus.MetadataTransfer, Value: transferKey(t, file)})
	}
	return pairs
}

// transferKey returns a text that is the same for every request to create the upload of
// this transfer, in each run of the program, and that no other transfer has. It differs
// once the file changed: the receiver must not take what it has for the new content. All
// of it is saved, or read from the file, before the first request.
func transferKey(t *uploader.Transfer, file source.OpenFile) string {
	key := fmt.Sprintln("transfer", t.ID, t.Added, t.Source.Size, t.Source.ModTime.UnixNano(), t.Source.Identity)
	if file != nil {
		if changed := source.ChangeTimeOf(file); changed != 0 {
			key += fmt.Sprintln(int64(changed))
		}
	}
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:16])
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
