package app

import (
	"testing"

	"github.com/ferryapp/ferry/uploader"
)

func TestABatchIsCalledLikeWhatWasDropped(t *testing.T) {
	raise(t, newFakeEngine())
	tests := map[string]struct {
		roots []string
		want  string
	}{
		"a folder":       {[]string{"/home/ada/Iceland raws"}, "Iceland raws"},
		"two things":     {[]string{"/home/ada/Wedding", "/home/ada/notes.txt"}, "Wedding and 1 more"},
		"several things": {[]string{"/home/ada/Wedding", "/a", "/b"}, "Wedding and 2 more"},
		"nothing known":  {nil, "7 files"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := batchName(&uploader.Batch{Roots: test.roots}, uploader.Sum{Files: 7}); got != test.want {
				t.Errorf("called %q, want %q", got, test.want)
			}
		})
	}
}

func TestABatchOfEmptyFilesIsCountedByItsFiles(t *testing.T) {
	raise(t, newFakeEngine())
	sum := uploader.Sum{Files: 4}
	sum.Count[uploader.StateDone], sum.Count[uploader.StateWaiting] = 1, 3
	batch := &uploader.Batch{Roots: []string{"/lab"}, Expanded: true}
	model := batchRowOf(snapshotOf(), batch, sum, 0, 0)
	if model.Size != "" || !model.ShowBar || model.Acked != 0.25 || model.Sent != 0.25 {
		t.Errorf("shown as %+v", model)
	}
}
