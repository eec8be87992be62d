package worker

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/tus"
)

// TestF1TransferKey checks the metadata that the built-in receiver gets of a transfer.
func TestF1TransferKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.txt")
	modified := time.Date(2026, 3, 1, 14, 0, 0, 0, time.UTC)
	write := func(content string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, modified, modified); err != nil {
			t.Fatal(err)
		}
	}
	// keyOf returns the key that a new worker sends.
	keyOf := func(id uploader.TransferID, added uploader.Timestamp, server uploader.ServerID) (key string) {
		t.Helper()
		file, seen, err := source.Disk{}.Open(source.File{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		remote := NewRemote(uploader.Server{ID: server}, nil)
		for _, pair := range remote.metadata(&uploader.Transfer{ID: id, Added: added, Source: seen}, file, true, uploader.BatchOptions{}) {
			if pair.Key == "ferryTransfer" {
				key = pair.Value
			}
		}
		return key
	}
	write("abc")
	first := keyOf(1, 5, uploader.BuiltinServer)
	if again := keyOf(1, 5, uploader.BuiltinServer); first == "" || again != first {
		t.Errorf("key %q, then %q", first, again)
	}
	if key := keyOf(1, 5, 2); key != "" {
		t.Errorf("key %q for another server", key)
	}
	keys := map[string]string{first: "first"}
	for name, key := range map[string]string{
		"other transfer": keyOf(2, 5, uploader.BuiltinServer), "other profile": keyOf(1, 6, uploader.BuiltinServer),
	} {
		if same, exists := keys[key]; exists || key == "" {
			t.Errorf("%s has key %q as %s", name, key, same)
		}
		keys[key] = name
	}
	write("abcd")
	if keyOf(1, 5, uploader.BuiltinServer) == first {
		t.Error("the key is the same for another size")
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	hasChangeTime := source.ChangeTimeOf(file) != 0
	_ = file.Close()
	if !hasChangeTime {
		return
	}
	time.Sleep(20 * time.Millisecond) // the resolution of change times
	write("xyz")
	if keyOf(1, 5, uploader.BuiltinServer) == first {
		t.Error("the key is the same for other content of the same size and time")
	}
}

// TestK12Metadata checks the metadata of servers other than the built-in receiver.
func TestK12Metadata(t *testing.T) {
	modified := time.Date(2026, 3, 1, 14, 0, 0, 987_654_321, time.FixedZone("", 3600))
	added := uploader.TimestampOf(time.Date(2026, 3, 2, 0, 30, 0, 0, time.FixedZone("", 3600))) // the day before in UTC
	film := source.File{Path: "/home/me/Iceland/day 1/é.tar.GZ", RelPath: "Iceland/day 1/é.tar.GZ", Size: 9, ModTime: modified}
	alone := source.File{Path: "/home/me/.profile", Size: 0, ModTime: time.Unix(-2, 5e8)}
	usual := map[string]string{
		"filename": "é.tar.GZ", "filetype": source.MediaType("é.tar.GZ"), "mtime": "1772370000", "relativePath": "Iceland/day 1/é.tar.GZ",
	}
	with := func(more map[string]string) map[string]string {
		all := maps.Clone(usual)
		maps.Copy(all, more)
		return all
	}
	const every = "filename=\nfiletype=\nmtime=\nrelativePath=\nsha256=\n"
	for name, c := range map[string]struct {
		file    source.File
		options uploader.ServerOptions
		declare bool
		want    map[string]string
	}{
		"usual, with the time in seconds": {film, uploader.ServerOptions{}, false, usual},
		"with the hash":                   {film, uploader.ServerOptions{}, true, with(map[string]string{"sha256": "616263"})},
		"everything left out":             {film, uploader.ServerOptions{Metadata: every}, true, map[string]string{}},
		"renamed":                         {film, uploader.ServerOptions{Metadata: "filename=\nfiletype=\nmtime=\nrelativePath=\nfilename_download={name}"}, false, map[string]string{"filename_download": "é.tar.GZ"}},
		"replaced":                        {film, uploader.ServerOptions{Metadata: "mtime={mtimeMs}"}, false, with(map[string]string{"mtime": "1772370000987"})},
		"hash in a key of the server's":   {film, uploader.ServerOptions{Metadata: "checksum=sha256 {sha256}"}, false, with(map[string]string{"checksum": "sha256 616263"})},
		"every placeholder": {film, uploader.ServerOptions{Metadata: every + "x={name}|{path}|{dir}|{stem}|{ext}|{type}|{size}|{mtime}|{mtimeMs}|{sha256}|{date}"}, false, map[string]string{
			"x": "é.tar.GZ|Iceland/day 1/é.tar.GZ|Iceland/day 1|é.tar|GZ|" + usual["filetype"] + "|9|1772370000|1772370000987|616263|2026-03-01",
		}},
		"file that was added itself": {alone, uploader.ServerOptions{Metadata: every + "x={path}|{dir}|{stem}|{ext}|{size}|{mtime}|{mtimeMs}"}, false, map[string]string{"x": ".profile||.profile||0|-2|-1500"}},
		"size that is not known":     {source.File{Path: "/a", Size: uploader.SizeUnknown}, uploader.ServerOptions{Metadata: every + "x={size}"}, false, map[string]string{"x": ""}},
		"without folders":            {film, uploader.ServerOptions{Folders: uploader.FoldersFlat, Metadata: "filename=\nfiletype=\nmtime=\nx={path}|{dir}"}, false, map[string]string{"x": "é.tar.GZ|"}},
		"value with placeholder":     {source.File{Path: "/{size}", Size: 1}, uploader.ServerOptions{Metadata: every + "x={name}"}, false, map[string]string{"x": "{size}"}},
	} {
		t.Run(name, func(t *testing.T) {
			remote := NewRemote(uploader.Server{ID: 2, Options: c.options}, nil)
			got := map[string]string{}
			for _, pair := range remote.metadata(&uploader.Transfer{ID: 1, Added: added, Source: c.file, SHA256: "abc"}, nil, c.declare, uploader.BatchOptions{}) {
				got[pair.Key] = pair.Value
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error("(-want +got):\n" + diff)
			}
		})
	}
}

func TestG6HashInMetadata(t *testing.T) {
	for name, c := range map[string]struct {
		template      string
		declare, want bool
	}{
		"not asked for":              {"a={name}", false, false},
		"every server gets it":       {"a={name}", true, true},
		"left out":                   {"sha256=", true, false},
		"left out and under another": {"sha256=\nhash={sha256}", true, true},
		"replaced by something else": {"sha256=none", true, false},
		"in the template":            {"hash=x{sha256}", false, true},
	} {
		remote := NewRemote(uploader.Server{ID: 2, Options: uploader.ServerOptions{Metadata: c.template}}, nil)
		if got := remote.hashInMetadata(c.declare, uploader.BatchOptions{}); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestMetadataOfBatch checks that the metadata of a batch is added to that of its server,
// which it replaces by key.
func TestMetadataOfBatch(t *testing.T) {
	const server = "filename=\nfiletype=\nmtime=\nproject=default\nowner=ada"
	for name, c := range map[string]struct {
		batch string
		want  []tus.Pair
		hash  bool
	}{
		"none":     {"", []tus.Pair{{Key: "project", Value: "default"}, {Key: "owner", Value: "ada"}}, false},
		"added":    {"folder=raw/{stem}", []tus.Pair{{Key: "project", Value: "default"}, {Key: "owner", Value: "ada"}, {Key: "folder", Value: "raw/film"}}, false},
		"replaced": {"project=Iceland", []tus.Pair{{Key: "owner", Value: "ada"}, {Key: "project", Value: "Iceland"}}, false},
		"left out": {"owner=", []tus.Pair{{Key: "project", Value: "default"}}, false},
		"hash":     {"owner={sha256}", []tus.Pair{{Key: "project", Value: "default"}, {Key: "owner", Value: "616263"}}, true},
		"invalid":  {",", []tus.Pair{{Key: "project", Value: "default"}, {Key: "owner", Value: "ada"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			remote := NewRemote(uploader.Server{ID: 2, Options: uploader.ServerOptions{Metadata: server}}, nil)
			transfer := &uploader.Transfer{ID: 1, Source: source.File{Path: "/film.mov", Size: 9}, SHA256: "abc"}
			if diff := cmp.Diff(c.want, remote.metadata(transfer, nil, false, uploader.BatchOptions{Metadata: c.batch})); diff != "" {
				t.Error("(-want +got):\n" + diff)
			}
			if got := remote.hashInMetadata(false, uploader.BatchOptions{Metadata: c.batch}); got != c.hash {
				t.Errorf("hash is needed: %t, want %t", got, c.hash)
			}
		})
	}
}
