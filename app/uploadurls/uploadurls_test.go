package uploadurls_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/uploadurls"
)

func TestParse(t *testing.T) {
	var many strings.Builder
	for i := range uploadurls.Max + 1 {
		fmt.Fprintf(&many, "https://a.example/%d\n", i)
	}
	for _, test := range []struct {
		name, list string
		want       uploadurls.List
		err        error // of the same type
	}{
		{"only URLs", "https://a.example/1\n\n# second\n https://a.example/2?x=y \n", uploadurls.List{URLs: []string{"https://a.example/1", "https://a.example/2?x=y"}}, nil},
		{"with paths", "a b\thttps://a.example/1\r\nc\td\thttps://a.example/2\r\n", uploadurls.List{Paths: []string{"a b", "c\td"}, URLs: []string{"https://a.example/1", "https://a.example/2"}}, nil},
		{"byte order mark", "\ufeffhttps://a.example/1", uploadurls.List{URLs: []string{"https://a.example/1"}}, nil},
		{"empty", "\n# none\n", uploadurls.List{}, uploadurls.ErrEmpty},
		{"paths in some lines", "a\thttps://a.example/1\nhttps://a.example/2", uploadurls.List{}, uploadurls.ErrMixed},
		{"no path before the tab", "\thttps://a.example/1\nx\t\n", uploadurls.List{}, &uploadurls.LineError{}},
		{"the same URL twice", "https://a.example/1\nhttps://a.example/1", uploadurls.List{}, &uploadurls.RepeatedError{}},
		{"the same URL with another fragment", "https://a.example/1\nhttps://a.example/1#x", uploadurls.List{}, &uploadurls.RepeatedError{}},
		{"not a URL", "hello", uploadurls.List{}, &uploadurls.LineError{}},
		{"no scheme", "a.example/1", uploadurls.List{}, &uploadurls.LineError{}},
		{"another scheme", "ftp://a.example/1", uploadurls.List{}, &uploadurls.LineError{}},
		{"user in the URL", "https://me:secret@a.example/1", uploadurls.List{}, &uploadurls.LineError{}},
		{"line too long", "https://a.example/" + strings.Repeat("a", 64<<10), uploadurls.List{}, uploadurls.ErrTooLong},
		{"too many", many.String(), uploadurls.List{}, uploadurls.ErrTooLong},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := uploadurls.Parse(strings.NewReader(test.list))
			if diff := cmp.Diff(test.want, got); diff != "" || reflect.TypeOf(err) != reflect.TypeOf(test.err) {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error contains the secret: %v", err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add("https://a.example/1\nhttps://a.example/2")
	f.Add("a\thttps://a.example/1")
	f.Add("a\tb\t\n#")
	f.Add("\ufeffhttps://a.example/%zz")
	f.Fuzz(func(t *testing.T, list string) {
		got, err := uploadurls.Parse(strings.NewReader(list))
		if err != nil {
			return
		}
		if len(got.URLs) == 0 || len(got.Paths) != 0 && len(got.Paths) != len(got.URLs) {
			t.Fatalf("%d paths for %d URLs", len(got.Paths), len(got.URLs))
		}
		for _, address := range got.URLs {
			if server, err := uploadurls.Server(address); err != nil || server.Endpoint != address || !server.Options.GivenURL {
				t.Errorf("accepted %q: %v", address, err)
			}
		}
		for _, path := range got.Paths {
			if path == "" {
				t.Error("accepted an empty path")
			}
		}
	})
}
