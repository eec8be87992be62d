package cli

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseUploadURLs(t *testing.T) {
	for _, test := range []struct {
		name, list string
		paths      []string
		want       UploadURLs
		exit       int
	}{
		{"in the order of the files", "https://a.example/1\n\n# second\n https://a.example/2?x=y \n", []string{"a", "b"}, UploadURLs{[]string{"a", "b"}, []string{"https://a.example/1", "https://a.example/2?x=y"}}, ExitOK},
		{"with paths", "a b\thttps://a.example/1\r\nc\td\thttps://a.example/2\r\n", nil, UploadURLs{[]string{"a b", "c\td"}, []string{"https://a.example/1", "https://a.example/2"}}, ExitOK},
		{"byte order mark", "\ufeffhttps://a.example/1", []string{"a"}, UploadURLs{[]string{"a"}, []string{"https://a.example/1"}}, ExitOK},
		{"empty", "\n# none\n", []string{"a"}, UploadURLs{}, ExitUsage},
		{"fewer files", "https://a.example/1\nhttps://a.example/2", []string{"a"}, UploadURLs{}, ExitUsage},
		{"more files", "https://a.example/1", []string{"a", "b"}, UploadURLs{}, ExitUsage},
		{"files in both places", "a\thttps://a.example/1", []string{"a"}, UploadURLs{}, ExitUsage},
		{"paths in some lines", "a\thttps://a.example/1\nhttps://a.example/2", nil, UploadURLs{}, ExitUsage},
		{"no path before the tab", "\thttps://a.example/1", nil, UploadURLs{}, ExitUsage},
		{"the same URL twice", "https://a.example/1\nhttps://a.example/1", []string{"a", "b"}, UploadURLs{}, ExitUsage},
		{"the same URL with another fragment", "https://a.example/1\nhttps://a.example/1#x", []string{"a", "b"}, UploadURLs{}, ExitUsage},
		{"not a URL", "hello", []string{"a"}, UploadURLs{}, ExitUsage},
		{"another scheme", "ftp://a.example/1", []string{"a"}, UploadURLs{}, ExitUsage},
		{"user in the URL", "https://me:secret@a.example/1", []string{"a"}, UploadURLs{}, ExitUsage},
		{"too long", "https://a.example/" + strings.Repeat("a", maxUploadURLLine), []string{"a"}, UploadURLs{}, ExitFailed},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := parseUploadURLs(strings.NewReader(test.list), test.paths)
			if diff := cmp.Diff(test.want, got); diff != "" || ExitCode(err) != test.exit {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
			if err != nil && strings.Contains(Explain(err), "secret") {
				t.Errorf("the error contains the secret: %v", err)
			}
		})
	}
	var many strings.Builder
	for i := range maxUploadURLs + 1 {
		fmt.Fprintf(&many, "f%d\thttps://a.example/%d\n", i, i)
	}
	if _, err := parseUploadURLs(strings.NewReader(many.String()), nil); ExitCode(err) != ExitFailed {
		t.Errorf("more than the maximum: %v", err)
	}
}

func FuzzParseUploadURLs(f *testing.F) {
	f.Add("https://a.example/1\nhttps://a.example/2", 2)
	f.Add("a\thttps://a.example/1", 0)
	f.Add("a\tb\t\n#", 1)
	f.Add("\ufeffhttps://a.example/%zz", 1)
	f.Fuzz(func(t *testing.T, list string, n int) {
		paths := make([]string, max(0, min(n, 10)))
		for i := range paths {
			paths[i] = fmt.Sprint(i)
		}
		got, err := parseUploadURLs(strings.NewReader(list), paths)
		if err != nil {
			return
		}
		if len(got.URLs) == 0 || len(got.Paths) != len(got.URLs) {
			t.Fatalf("%d paths for %d URLs", len(got.Paths), len(got.URLs))
		}
		for i, address := range got.URLs {
			if server, err := givenServer(address); err != nil || server.Endpoint != address || got.Paths[i] == "" {
				t.Errorf("accepted %q for %q: %v", address, got.Paths[i], err)
			}
		}
	})
}
