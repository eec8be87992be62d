package view

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
)

// TestManyFilesTakeLittleMemory counts what is allocated for lists of many files, of which
// mostly all are alike: less than once for ten files.
func TestManyFilesTakeLittleMemory(t *testing.T) {
	apptest.LoadEnglish(t)
	var rows uploader.RowsBuilder
	for id := range uploader.TransferID(20_000) {
		file := apptest.Transfer(id+1, apptest.InFolder(7, "Photos/IMG_"+strings.Repeat("7", int(id%9))+".jpg"))
		rows.Add(*file)
	}
	s := apptest.WithBatches(apptest.Snapshot(), apptest.Folder(7, "Photos"))
	s.Transfers = rows.Rows()
	paused := *s
	paused.Transfers = withIntent(s.Transfers, uploader.IntentPause)
	o := NewOutline()
	o.Update(s)
	for _, test := range []struct {
		name string
		do   func()
	}{
		{"all paused and resumed", func() { o.Update(&paused); o.Update(s) }},
		{"search", func() { o.SetSearch(NewSearch("img_777 photos")); o.SetSearch(NewSearch("nowhere")) }},
		{"filter", func() { o.SetFilter(FilterWaiting); o.SetFilter(FilterAll) }},
		{"sort", func() { o.SetSort(SortSize, s); o.SetSort(SortQueue, s) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			if allocated, most := testing.AllocsPerRun(1, test.do), float64(s.Transfers.Len()/10); allocated > most {
				t.Errorf("allocates %v times, want at most %v", allocated, most)
			}
		})
	}
}

// TestSearchMatchesFoldedPath compares with the whole path in lower case and Unicode's composed
// form.
func TestSearchMatchesFoldedPath(t *testing.T) {
	part := rapid.SampledFrom([]string{"Foto", "fOTO", "É", "e\u0301", "K", "\u212a", "İ", "ß", "7", "/", " ", "\xff"})
	rapid.Check(t, func(r *rapid.T) {
		path := "/" + strings.Join(rapid.SliceOf(part).Draw(r, "path"), "")
		text := strings.Join(rapid.SliceOfN(part, 1, 3).Draw(r, "text"), "")
		search := NewSearch(text)
		want := true
		for word := range strings.FieldsSeq(fold(text)) {
			want = want && strings.Contains(fold(path), word)
		}
		file := apptest.Transfer(1)
		file.Source.Path = path
		if got := search.matches(uploader.RowsOf(file).Row(0)); got != want {
			r.Fatalf("%q in %q: %t, want %t", text, path, got, want)
		}
	})
}
