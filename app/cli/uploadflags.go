package cli

import (
	"strings"

	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/tus"
)

// UploadFlags are the flags that say where a server wants its uploads, how it overwrites
// files, and what it returns about them. They are part of [ServerFlags].
type UploadFlags struct {
	UploadPath string `placeholder:"PATH" help:"${help_upload_path}"`
	Folders    string `placeholder:"metadata|mkcol|flat" help:"${help_folders}"`
	Overwrite  string `name:"overwrite-with" placeholder:"'K: V'|'?K=V'" help:"${help_overwrite_with}"`
	Link       string `placeholder:"URL" help:"${help_link}"`
	IDHeaders  string `name:"id-headers" placeholder:"NAMES" help:"${help_id_headers}"`
}

// foldersInMetadata is the value of --folders for uploader.FoldersInMetadata.
const foldersInMetadata = "metadata"

// setOptions sets in c what the flags change of a server. It fails with a *[UsageError].
func (f *UploadFlags) setOptions(c *instance.ServerChange) error {
	c.UploadPath, c.LinkTemplate, c.IDHeaders = changedText(f.UploadPath), changedText(f.Link), changedText(f.IDHeaders)
	switch f.Folders {
	case "":
	case foldersInMetadata:
		c.Folders = new(uploader.FoldersInMetadata)
	default:
		c.Folders = new(uploader.FolderMode(f.Folders))
	}
	if with := changedText(f.Overwrite); with != nil {
		c.OverwriteHeader, c.OverwriteQuery = with, new("")
		if query, ok := strings.CutPrefix(*with, "?"); ok {
			c.OverwriteHeader, c.OverwriteQuery = new(""), &query
		}
	}
	var options uploader.ServerOptions
	changeOptions(&options, *c)
	return checkUploadOptions(options)
}

// changedText returns a trimmed text; "none" is "", and nothing is nil.
func changedText(text string) *string {
	text = strings.TrimSpace(text)
	switch text {
	case "":
		return nil
	case flagNone:
		return new("")
	}
	return &text
}

// checkUploadOptions validates the options that [UploadFlags] set. It fails with a
// *[UsageError].
func checkUploadOptions(o uploader.ServerOptions) error {
	var linkErr error
	if o.LinkTemplate != "" {
		_, linkErr = uploader.ParseLinkTemplate(o.LinkTemplate)
	}
	_, headersErr := uploader.ParseIDHeaders(o.IDHeaders)
	switch {
	case uploader.ParseUploadPath(o.UploadPath) != nil:
		return usageError("cli.usage.upload-path", words.Data{"Typed": words.Printable(o.UploadPath)})
	case o.Folders != uploader.FoldersInMetadata && o.Folders != uploader.FoldersByMKCOL && o.Folders != uploader.FoldersFlat:
		return usageError("cli.usage.folders", words.Data{"Typed": words.Printable(string(o.Folders))})
	case linkErr != nil:
		return usageError("cli.usage.link", words.Data{"Typed": words.Printable(o.LinkTemplate)})
	case headersErr != nil:
		return usageError("cli.usage.id-headers", words.Data{"Typed": words.Printable(o.IDHeaders)})
	case tus.CheckOverwrite(o.OverwriteHeader, o.OverwriteQuery) != nil:
		return usageError("cli.usage.overwrite-with", nil)
	}
	return nil
}

// overwriteText returns how a server is asked to overwrite files, as --overwrite-with
// accepts it; "" if that is not known.
func overwriteText(o uploader.ServerOptions) string {
	if o.OverwriteHeader == "" && o.OverwriteQuery != "" {
		return "?" + o.OverwriteQuery
	}
	return o.OverwriteHeader
}
