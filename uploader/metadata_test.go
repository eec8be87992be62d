package uploader_test

import (
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader"
)

func TestParseMetadataErrors(t *testing.T) {
	t.Parallel()
	for _, template := range []string{"a,b c", "a 1\na 2", "ключ 1", "a\tb"} {
		if pairs, err := uploader.ParseMetadata(template); err == nil {
			t.Errorf("ParseMetadata(%q) = %q, want an error", template, pairs)
		}
	}
}

func FuzzParseMetadata(f *testing.F) {
	f.Add("a b\nc {name}")
	f.Add(",\n\x00")
	f.Fuzz(func(t *testing.T, template string) {
		pairs, err := uploader.ParseMetadata(template)
		seen := map[string]bool{}
		for _, p := range pairs {
			if err != nil || p.Key == "" || seen[p.Key] || strings.ContainsAny(p.Key+p.Value, "\n") {
				t.Errorf("ParseMetadata(%q) = %q, %v", template, pairs, err)
			}
			seen[p.Key] = true
		}
	})
}
