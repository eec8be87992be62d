package cli

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/uploadurls"
	"github.com/ferryapp/ferry/app/words"
)

func TestReadURLs(t *testing.T) {
	if err := words.Load("en"); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, list string
		paths      []string
		want       uploadurls.List
		error      string
	}{
		{"in the order of the files", "https://a.example/1\nhttps://a.example/2", []string{"a", "b"}, uploadurls.List{Paths: []string{"a", "b"}, URLs: []string{"https://a.example/1", "https://a.example/2"}}, ""},
		{"with paths", "a\thttps://a.example/1", nil, uploadurls.List{Paths: []string{"a"}, URLs: []string{"https://a.example/1"}}, ""},
		{"empty", "", []string{"a"}, uploadurls.List{}, "contains no URL"},
		{"fewer files", "https://a.example/1\nhttps://a.example/2", []string{"a"}, uploadurls.List{}, "2 URLs for 1 files"},
		{"more files", "https://a.example/1", []string{"a", "b"}, uploadurls.List{}, "1 URLs for 2 files"},
		{"files in both places", "a\thttps://a.example/1", []string{"a"}, uploadurls.List{}, "only in one place"},
		{"paths in some lines", "a\thttps://a.example/1\nhttps://a.example/2", nil, uploadurls.List{}, "in every line or in none"},
		{"the same URL twice", "https://a.example/1\nhttps://a.example/1", []string{"a", "b"}, uploadurls.List{}, "https://a.example/1 twice"},
		{"not a URL", "#\nhello", []string{"a"}, uploadurls.List{}, "Line 2"},
		{"line too long", strings.Repeat("a", 64<<10), []string{"a"}, uploadurls.List{}, "at most 10,000"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := (&Send{URLs: Stdin, Paths: test.paths}).ReadURLs(strings.NewReader(test.list))
			if diff := cmp.Diff(test.want, got); diff != "" || (err == nil) != (test.error == "") || err != nil && !strings.Contains(Explain(err), test.error) {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}
