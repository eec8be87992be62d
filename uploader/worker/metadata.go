package worker

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/tus"
)

// metadata returns the Upload-Metadata of a transfer, whose file is open. The metadata
// that every server gets includes the SHA-256 if declareHash is set and it is known. Batch are
// the options of the transfer's batch.
func (r *Remote) metadata(t *uploader.Transfer, file source.OpenFile, declareHash bool, batch uploader.BatchOptions) []tus.Pair {
	options := r.Server.Options
	pairs := defaultMetadata(t.RemoteFile(), batch.Folder, options.Folders)
	if declareHash && t.SHA256 != "" {
		pairs = append(pairs, tus.Pair{Key: keySHA256, Value: hex.EncodeToString([]byte(t.SHA256))})
	}
	pairs = withTemplate(pairs, r.template(batch.Metadata), t.PlaceholdersIn(batch.Folder, options.Folders))
	if r.Server.Builtin() {
		pairs = append(
			pairs, tus.Pair{Key: tus.MetadataTransfer, Value: transferKey(t, file)},
			tus.Pair{Key: tus.MetadataModified, Value: strconv.FormatInt(t.Source.ModTime.UnixMilli(), 10)},
		)
	}
	return pairs
}

// hashInMetadata reports whether the metadata of uploads has the SHA-256 of the file, so
// that it must be known before they are created. declare is whether every server gets it,
// batch the options of the batch.
func (r *Remote) hashInMetadata(declare bool, batch uploader.BatchOptions) bool {
	template := r.template(batch.Metadata)
	return template.Uses(uploader.PlaceholderSHA256) || declare && !template.Has(keySHA256)
}

// template returns the template of the server, in which that of a batch replaces the fields
// with the same keys.
func (r *Remote) template(batch string) uploader.MetadataTemplate {
	template, own := uploader.SavedMetadata(r.Server.Options.Metadata), uploader.SavedMetadata(batch)
	template = slices.DeleteFunc(template, func(f uploader.MetadataField) bool { return own.Has(f.Key) })
	return append(template, own...)
}

// hashInLink reports whether the links to uploaded files have their SHA-256.
func (r *Remote) hashInLink() bool {
	template, err := uploader.ParseLinkTemplate(r.Server.Options.LinkTemplate)
	return err == nil && template.Uses(uploader.PlaceholderSHA256)
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

// keySHA256 is the key of the hash in the metadata that every server gets, if the settings
// say so.
const keySHA256 = "sha256"

// defaultMetadata returns the metadata that every server gets. File names may be
// arbitrary bytes, which Upload-Metadata can hold. Folder is that of the batch. The modification time is in seconds, as
// rclone and ownCloud send it.
func defaultMetadata(f source.File, folder string, folders uploader.FolderMode) []tus.Pair {
	pairs := []tus.Pair{
		{Key: "filename", Value: f.Name()},
		{Key: "filetype", Value: source.MediaType(f.Name())},
		{Key: "mtime", Value: strconv.FormatInt(f.ModTime.Unix(), 10)},
	}
	if relPath := f.PathIn(folder); relPath != "" && folders != uploader.FoldersFlat {
		pairs = append(pairs, tus.Pair{Key: "relativePath", Value: relPath})
	}
	return pairs
}

// withTemplate adds the metadata of a server's template to pairs, replacing those of
// the same key.
func withTemplate(pairs []tus.Pair, template uploader.MetadataTemplate, value func(placeholder string) string) []tus.Pair {
	for _, field := range template {
		pairs = slices.DeleteFunc(pairs, func(p tus.Pair) bool { return p.Key == field.Key })
		if !field.Omitted {
			pairs = append(pairs, tus.Pair{Key: field.Key, Value: uploader.Fill(field.Value, value)})
		}
	}
	return pairs
}
