package uploader_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
)

func TestParseMetadata(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		template string
		want     uploader.MetadataTemplate
	}{
		"nothing":                      {" \n\n", nil},
		"key and value after a space":  {"bucketName raw files", uploader.MetadataTemplate{{Key: "bucketName", Value: "raw files"}}},
		"key and value after a sign":   {"bucketName=raw files", uploader.MetadataTemplate{{Key: "bucketName", Value: "raw files"}}},
		"spaces around the sign":       {" bucketName = raw ", uploader.MetadataTemplate{{Key: "bucketName", Value: "raw"}}},
		"key without a value":          {"is_confidential", uploader.MetadataTemplate{{Key: "is_confidential"}}},
		"key that is left out":         {"mtime=", uploader.MetadataTemplate{{Key: "mtime", Omitted: true}}},
		"sign in a value":              {"a b=c\nd=e=f", uploader.MetadataTemplate{{Key: "a", Value: "b=c"}, {Key: "d", Value: "e=f"}}},
		"braces that are not names":    {`a={} { name } {"b":1}`, uploader.MetadataTemplate{{Key: "a", Value: `{} { name } {"b":1}`}}},
		"several placeholders":         {"a={dir}/{stem}.{ext}", uploader.MetadataTemplate{{Key: "a", Value: "{dir}/{stem}.{ext}"}}},
		"line ends of other computers": {"a=b\r\nc=d\r\n", uploader.MetadataTemplate{{Key: "a", Value: "b"}, {Key: "c", Value: "d"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := uploader.ParseMetadata(c.template)
			if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestParseMetadataErrors(t *testing.T) {
	t.Parallel()
	for template, want := range map[string]uploader.MetadataError{
		"a,b c":                 {Line: 1},
		"a 1\na 2":              {Line: 2},
		"a=1\na=":               {Line: 2},
		"ключ 1":                {Line: 1},
		"a\tb":                  {Line: 1},
		"=b":                    {Line: 1},
		"a=1\nb={title}":        {Line: 2, Placeholder: "{title}"},
		"a {Name}":              {Line: 1, Placeholder: "{Name}"},
		"a={x} {y}\nb={z}":      {Line: 1, Placeholder: "{x}"},
		"a={x}\nthis, is wrong": {Line: 2},
	} {
		fields, err := uploader.ParseMetadata(template)
		var got *uploader.MetadataError
		if !errors.As(err, &got) || *got != want || fields != nil {
			t.Errorf("ParseMetadata(%q) = %v, %v, want %v", template, fields, err, want.Error())
		}
	}
}

// TestSavedMetadataKeepsItsMeaning is about templates that were saved when unknown
// placeholders were text.
func TestSavedMetadataKeepsItsMeaning(t *testing.T) {
	t.Parallel()
	want := uploader.MetadataTemplate{{Key: "a", Value: "{unknown} {name}"}, {Key: "b", Value: "1"}}
	if diff := cmp.Diff(want, uploader.SavedMetadata("a {unknown} {name}\nb 1")); diff != "" {
		t.Error(diff)
	}
	if got := uploader.SavedMetadata("a 1\na 2"); got != nil {
		t.Errorf("invalid template has %v", got)
	}
	if got := uploader.Fill("{unknown} {name}", func(string) string { return "x" }); got != "{unknown} x" {
		t.Errorf("filled: %q", got)
	}
}

func TestParseUploadPath(t *testing.T) {
	t.Parallel()
	for template, want := range map[string]string{
		"": "", "{path}": "", "a b/{dir}/{name}": "", "{date}/{stem}-{mtime}.{ext}": "",
		"{title}": "path cannot contain {title}", "{sha256}": "path cannot contain {sha256}", "../{name}": "path contains . or ..", "a/./b": "path contains . or ..",
	} {
		got := ""
		if err := uploader.ParseUploadPath(template); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("ParseUploadPath(%q): %q, want %q", template, got, want)
		}
	}
}

func FuzzParseMetadata(f *testing.F) {
	f.Add("a b\nc {name}")
	f.Add(",\n\x00")
	f.Add("a={path}\nmtime=\nb = {x}")
	f.Fuzz(func(t *testing.T, template string) {
		fields, err := uploader.ParseMetadata(template)
		seen := map[string]bool{}
		for _, f := range fields {
			if err != nil || f.Key == "" || seen[f.Key] || strings.ContainsAny(f.Key+f.Value, "\n") || f.Omitted && f.Value != "" {
				t.Errorf("ParseMetadata(%q) = %v, %v", template, fields, err)
			}
			seen[f.Key] = true
		}
		if saved := uploader.SavedMetadata(template); err == nil && !slices.Equal(saved, fields) {
			t.Errorf("SavedMetadata(%q) = %v, want %v", template, saved, fields)
		}
	})
}
