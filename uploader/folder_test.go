package uploader_test

import (
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader"
)

func TestCleanFolder(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", " / ": "", "2026": "2026", "/2026/raw/": "2026/raw", "2026//raw": "2026/raw", `2026\raw`: "2026/raw", " 2026 / 原片 ": "2026/原片",
		"a.b/..c": "a.b/..c", "{date}": "{date}",
	} {
		if got, err := uploader.CleanFolder(text); got != want || err != nil {
			t.Errorf("%q is %q (%v), want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"..", "../a", "a/../../b", "./a", `a\..\..\b`, "a/ .. /b", "a\x00b", "a\nb", "a\u202eb", strings.Repeat("a", 2000)} {
		if got, err := uploader.CleanFolder(text); err == nil {
			t.Errorf("%.20q is accepted as %q", text, got)
		}
	}
}

// FuzzCleanFolder: a folder never leads outside of where it is.
func FuzzCleanFolder(f *testing.F) {
	for _, text := range []string{"a/b", "../a", `a\..`, "a/ .. /b", "\x00", "//"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		folder, err := uploader.CleanFolder(text)
		if err != nil || folder == "" {
			return
		}
		for name := range strings.SplitSeq(folder, "/") {
			if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "\\\x00\n") {
				t.Errorf("%q is cleaned to %q", text, folder)
			}
		}
		if again, err := uploader.CleanFolder(folder); again != folder || err != nil {
			t.Errorf("%q is cleaned to %q, and that to %q (%v)", text, folder, again, err)
		}
	})
}

func TestFolderUse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		server uploader.Server
		want   uploader.FolderUse
	}{
		"this computer":           {uploader.Server{ID: uploader.BuiltinServer}, uploader.FolderObserved},
		"any server":              {uploader.Server{ID: 2}, uploader.FolderTold},
		"template of the path":    {uploader.Server{ID: 2, Options: uploader.ServerOptions{Metadata: "relativePath=\nobjectName={path}"}}, uploader.FolderObserved},
		"template of the upload":  {uploader.Server{ID: 2, Options: uploader.ServerOptions{UploadPath: "{path}", Metadata: "relativePath="}}, uploader.FolderObserved},
		"folders made on WebDAV":  {uploader.Server{ID: 2, Options: uploader.ServerOptions{Folders: uploader.FoldersByMKCOL, Metadata: "relativePath="}}, uploader.FolderObserved},
		"no path in the template": {uploader.Server{ID: 2, Options: uploader.ServerOptions{Metadata: "relativePath=\ntitle={name}"}}, uploader.FolderIgnored},
		"all in one folder":       {uploader.Server{ID: 2, Options: uploader.ServerOptions{Folders: uploader.FoldersFlat, UploadPath: "{path}"}}, uploader.FolderIgnored},
		"a given upload URL":      {uploader.Server{ID: 2, Options: uploader.ServerOptions{GivenURL: true}}, uploader.FolderIgnored},
	} {
		if got := c.server.FolderUse(); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
