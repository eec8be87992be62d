package uploader_test

import (
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
)

func TestS3NumberedNames(t *testing.T) {
	for _, c := range []struct {
		name     string
		number   int32
		want     string
		nextName string
	}{
		{"film.mov", 0, "film.mov", "film (2).mov"},
		{"film.mov", 2, "film (2).mov", "film (3).mov"},
		{"film.mov", 100, "film (100).mov", "film (2).mov"},
		{"film (2).mov", 2, "film (2) (2).mov", "film (2) (3).mov"},
		{"backup.tar.gz", 3, "backup (3).tar.gz", "backup (4).tar.gz"},
		{"README", 2, "README (2)", "README (3)"},
		{".profile", 2, ".profile (2)", ".profile (3)"},
		{".tar.gz", 2, ".tar.gz (2)", ".tar.gz (3)"},
		{"a.", 2, "a (2).", "a (3)."},
		{"caf\xe9.mov", 2, "caf\xe9 (2).mov", "caf\xe9 (3).mov"},
		{"电影.mov", 2, "电影 (2).mov", "电影 (3).mov"},
	} {
		transfer := uploader.Transfer{Source: source.File{Path: "/home/ada/" + c.name, RelPath: "raws/" + c.name, Size: 9}, NameNumber: c.number}
		got := transfer.RemoteFile()
		if got.Name() != c.want || got.RelPath != "raws/"+c.want || got.Size != 9 || transfer.NextName() != c.nextName {
			t.Errorf("%q with %d: got %q, %q, next %q", c.name, c.number, got.Name(), got.RelPath, transfer.NextName())
		}
		if renamed := transfer.Renamed(); (renamed == "") != (c.number == 0) {
			t.Errorf("%q with %d: renamed %q", c.name, c.number, renamed)
		}
	}
	alone := uploader.Transfer{Source: source.File{Path: "/film.mov"}, NameNumber: 2}
	if got := alone.RemoteFile(); got.RelPath != "" || got.Name() != "film (2).mov" {
		t.Errorf("got %+v", got)
	}
}

func TestExistsPolicyNames(t *testing.T) {
	for _, policy := range []uploader.ExistsPolicy{uploader.ExistsAsk, uploader.ExistsOverwrite, uploader.ExistsRename, uploader.ExistsSkip} {
		if got, err := uploader.ParseExistsPolicy(policy.String()); got != policy || err != nil {
			t.Errorf("%q: got %v, %v", policy, got, err)
		}
	}
	if _, err := uploader.ParseExistsPolicy("fail"); err == nil {
		t.Error("no error for an unknown policy")
	}
}
