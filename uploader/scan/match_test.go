package scan

import (
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
)

// TestMatchFinishedUploads matches a file with finished uploads of it.
func TestMatchFinishedUploads(t *testing.T) {
	const batch, related, other = 10, 8, 9
	done := func(id uploader.TransferID, batch uploader.BatchID, path string) *uploader.Transfer {
		return &uploader.Transfer{ID: id, Batch: batch, Server: 2, Phase: uploader.PhaseDone, Source: source.File{Path: path}}
	}
	for _, c := range []struct {
		name     string
		again    bool
		finished []*uploader.Transfer
		want     Match
	}{
		{"none", false, nil, Match{}},
		{"with the same batch", false, []*uploader.Transfer{done(1, related, "/a"), done(2, batch, "/a")}, Match{Known: 2}},
		{"with the same batch, which uploads files again", true, []*uploader.Transfer{done(1, batch, "/a")}, Match{Known: 1}},
		{"with the same batch, at another path", false, []*uploader.Transfer{done(1, batch, "/b")}, Match{}},
		{"with an unrelated batch", false, []*uploader.Transfer{done(1, other, "/a")}, Match{Uploaded: 1}},
		{"with a related batch", false, []*uploader.Transfer{done(1, related, "/a")}, Match{Moves: 1}},
		{"with a related batch, at another path", false, []*uploader.Transfer{done(1, related, "/b")}, Match{Uploaded: 1}},
		{"with a related batch, and later with another", false, []*uploader.Transfer{done(1, related, "/a"), done(2, other, "/a")}, Match{Moves: 1}},
		{"with another batch, and later with a related one", false, []*uploader.Transfer{done(1, other, "/a"), done(2, related, "/a")}, Match{Moves: 2}},
		{"with two related batches", false, []*uploader.Transfer{done(1, related, "/a"), done(2, related, "/a")}, Match{Moves: 2}},
		{"uploaded again, with a related batch", true, []*uploader.Transfer{done(1, related, "/a"), done(2, other, "/a")}, Match{Repeats: 2}},
		{"uploaded again, at another path", true, []*uploader.Transfer{done(1, related, "/b")}, Match{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := &Matcher{
				Batch:   uploader.Batch{ID: batch, Server: 2, Options: uploader.BatchOptions{UploadAgain: c.again}},
				Related: map[uploader.BatchID]bool{related: true},
			}
			got, err := m.match(t.Context(), source.File{Path: "/a"}, c.finished)
			if err != nil || got != c.want {
				t.Errorf("got %+v, %v, want %+v", got, err, c.want)
			}
		})
	}
}
