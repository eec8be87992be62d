package uploader

import "github.com/ferryapp/ferry/uploader/source"

func witness(opened source.Opened, seen source.File) testimony {
	changed, known := source.ChangedAt(opened)
	seen.RelPath = "" // is the user's, and not the file's
	return testimony{seen, changed, known}
}
