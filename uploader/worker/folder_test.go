package worker

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
)

// TestFolderOfBatchIsToldToServer checks how a folder that was given for a batch is told: in
// the metadata, and in the path of the upload.
func TestFolderOfBatchIsToldToServer(t *testing.T) {
	single, inFolder := source.File{Path: "/a/film.mov"}, source.File{Path: "/a/raws/day 1/film.mov", RelPath: "raws/day 1/film.mov"}
	for name, c := range map[string]struct {
		file     source.File
		options  uploader.ServerOptions
		folder   string
		relative string // relativePath
		object   string // objectName
		path     string // of the upload
	}{
		"file":                   {single, uploader.ServerOptions{}, "2026/原片", "2026/原片/film.mov", "", ""},
		"file of a folder":       {inFolder, uploader.ServerOptions{}, "2026", "2026/raws/day 1/film.mov", "", ""},
		"no folder":              {inFolder, uploader.ServerOptions{}, "", "raws/day 1/film.mov", "", ""},
		"file without a folder":  {single, uploader.ServerOptions{}, "", "", "", ""},
		"template":               {inFolder, uploader.ServerOptions{Metadata: "relativePath=\nobjectName=x/{path}"}, "2026", "", "x/2026/raws/day 1/film.mov", ""},
		"template of the dir":    {single, uploader.ServerOptions{Metadata: "relativePath=\nobjectName={dir}!{name}"}, "2026", "", "2026!film.mov", ""},
		"upload path":            {single, uploader.ServerOptions{UploadPath: "in/{path}", Metadata: "relativePath="}, "2026/b", "", "", "in/2026/b/film.mov"},
		"made folders":           {inFolder, uploader.ServerOptions{Folders: uploader.FoldersByMKCOL, Metadata: "relativePath="}, "2026", "", "", "2026/raws/day 1"},
		"server without folders": {inFolder, uploader.ServerOptions{Folders: uploader.FoldersFlat, Metadata: "objectName={path}"}, "2026", "", "film.mov", ""},
	} {
		t.Run(name, func(t *testing.T) {
			remote := NewRemote(uploader.Server{ID: 2, Options: c.options}, nil)
			transfer := &uploader.Transfer{Source: c.file}
			got := map[string]string{}
			for _, pair := range remote.metadata(transfer, nil, false, uploader.BatchOptions{Folder: c.folder}) {
				got[pair.Key] = pair.Value
			}
			want := map[string]string{"relativePath": c.relative, "objectName": c.object}
			if diff := cmp.Diff(want, map[string]string{"relativePath": got["relativePath"], "objectName": got["objectName"]}); diff != "" {
				t.Error(diff)
			}
			if path := strings.Join(remote.uploadPath(transfer, c.folder), "/"); path != c.path {
				t.Errorf("upload path is %q, want %q", path, c.path)
			}
		})
	}
}
