package table

import (
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
)

func TestUploadURLsReturnOwner(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var urls UploadURLs
		owners := map[string]URLOwner{}
		for range rapid.IntRange(0, 50).Draw(r, "puts") {
			url := strconv.Itoa(rapid.IntRange(0, 9).Draw(r, "url"))
			owner := URLOwner{uploader.TransferID(rapid.IntRange(1, 4).Draw(r, "id")), rapid.IntRange(WholeFile, 1).Draw(r, "part")}
			want := owners[url]
			if want == owner {
				want = URLOwner{}
			}
			if got := urls.Put(url, owner); got != want {
				r.Fatalf("owner of %s was %v, want %v", url, got, want)
			}
			owners[url] = owner
		}
	})
}

func TestUploadURLsAreBounded(t *testing.T) {
	var urls UploadURLs
	for i := range 3 * maxUploadURLs {
		urls.Put(strconv.Itoa(i), URLOwner{uploader.TransferID(i + 1), WholeFile})
	}
	if n := len(urls.recent) + len(urls.older); n > 2*maxUploadURLs {
		t.Errorf("%d URLs are kept", n)
	}
	last := 3*maxUploadURLs - 1
	if got := urls.Put(strconv.Itoa(last), URLOwner{1, WholeFile}); got.ID != uploader.TransferID(last+1) {
		t.Errorf("owner of the last URL is %v", got)
	}
}
