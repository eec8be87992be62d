package engine

import (
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
)

func TestUploadURLsReturnOwner(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var urls uploadURLs
		owners := map[string]urlOwner{}
		for range rapid.IntRange(0, 50).Draw(r, "puts") {
			url := strconv.Itoa(rapid.IntRange(0, 9).Draw(r, "url"))
			owner := urlOwner{uploader.TransferID(rapid.IntRange(1, 4).Draw(r, "id")), rapid.IntRange(noPart, 1).Draw(r, "part")}
			want := owners[url]
			if want == owner {
				want = urlOwner{}
			}
			if got := urls.put(url, owner); got != want {
				r.Fatalf("owner of %s was %v, want %v", url, got, want)
			}
			owners[url] = owner
		}
	})
}

func TestUploadURLsAreBounded(t *testing.T) {
	var urls uploadURLs
	for i := range 3 * maxUploadURLs {
		urls.put(strconv.Itoa(i), urlOwner{uploader.TransferID(i + 1), noPart})
	}
	if n := len(urls.recent) + len(urls.older); n > 2*maxUploadURLs {
		t.Errorf("%d URLs are kept", n)
	}
	last := 3*maxUploadURLs - 1
	if got := urls.put(strconv.Itoa(last), urlOwner{1, noPart}); got.id != uploader.TransferID(last+1) {
		t.Errorf("owner of the last URL is %v", got)
	}
}
