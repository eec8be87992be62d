package worker

import (
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

func witness(opened source.Opened, seen source.File) lifecycle.FileState {
	changed, known := source.ChangedAt(opened)
	seen.RelPath = "" // is the user's, and not the file's
	return lifecycle.FileState{File: seen, ChangedAt: changed, Known: known}
}
