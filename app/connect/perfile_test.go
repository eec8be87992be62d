package connect

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/tus"
)

func TestParsePerFile(t *testing.T) {
	for name, test := range map[string]struct {
		output string
		want   uploader.PerFile
		err    string
	}{
		"header fields": {
			"AuthorizationSignature: abc=\nvideoid: a:b\r\n", uploader.PerFile{Header: http.Header{"Authorizationsignature": {"abc="}, "Videoid": {"a:b"}}}, "",
		},
		"metadata": {
			"assembly_url=https://api2.example/assemblies/1?a=b\nfieldname=file\n", uploader.PerFile{Header: http.Header{}, Metadata: []tus.Pair{
				{Key: "assembly_url", Value: "https://api2.example/assemblies/1?a=b"}, {Key: "fieldname", Value: "file"},
			}}, "",
		},
		"upload URL":            {"\nhttps://files.example/upload/1?sig=2\n", uploader.PerFile{Header: http.Header{}, URL: "https://files.example/upload/1?sig=2"}, ""},
		"nothing":               {" \n\n", uploader.PerFile{}, "no header field, metadata or URL"},
		"text":                  {"secret", uploader.PerFile{}, "line 1: neither a header field nor metadata nor a URL"},
		"invalid name":          {"A: b\nmy secret: x", uploader.PerFile{}, "line 2: not a valid header field"},
		"host":                  {"Host: b.example", uploader.PerFile{}, "line 1: not a valid header field"},
		"field of the protocol": {"Upload-Length: 1", uploader.PerFile{}, "line 1: not a valid header field"},
		"control character":     {"A: b\x01", uploader.PerFile{}, "line 1: not a valid header field"},
		"invalid key":           {"my secret=x", uploader.PerFile{}, "line 1: not a valid metadata key"},
		"no key":                {"=x", uploader.PerFile{}, "line 1: not a valid metadata key"},
		"a key twice":           {"a=x\na=y", uploader.PerFile{}, "line 2: a metadata key that another line has"},
		"two URLs":              {"https://a.example/1\nhttps://a.example/2", uploader.PerFile{}, "line 2: a second URL"},
		"no host":               {"https:///x", uploader.PerFile{}, "line 1: not a valid URL"},
		"a user in the URL":     {"https://u:secret@a.example/", uploader.PerFile{}, "line 1: not a valid URL"},
		"another scheme":        {"ftp://a.example/", uploader.PerFile{Header: http.Header{"Ftp": {"//a.example/"}}}, ""},
		"header fields, twice":  {"A: b\na: c", uploader.PerFile{Header: http.Header{"A": {"b", "c"}}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ParsePerFile(test.output)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if text := errText(err); text != test.err {
				t.Errorf("error %q, want %q", text, test.err)
			}
		})
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func FuzzParsePerFile(f *testing.F) {
	f.Add("AuthorizationSignature: abc\nassembly_url=https://a.example/1\nhttps://b.example/2")
	f.Fuzz(func(t *testing.T, output string) {
		issued, err := ParsePerFile(output)
		if err != nil {
			if len(err.Error()) > 80 {
				t.Errorf("error may contain output: %v", err)
			}
			return
		}
		if _, err := tus.New(tus.Config{Endpoint: "https://a.example/", Header: issued.Header}); err != nil {
			t.Errorf("header is not valid: %v", err)
		}
		for _, pair := range issued.Metadata {
			if strings.ContainsAny(pair.Key, " ,\n") || pair.Key == "" || strings.Contains(pair.Value, "\n") {
				t.Errorf("metadata %q", pair)
			}
		}
	})
}
