package engine_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestMetadataTemplate(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	h.setServerOptions(uploader.Profile{Metadata: "bucketName raw files\nobjectName in/{path}\n\nfiletype application/x-own\nempty\nabout {name} {size} {type}"})
	h.waitFinal(h.add(createFile(t, "clip.mp4", 1000)))
	got := server.Stored(t)[0].Metadata
	delete(got, "mtime")
	want := map[string]string{
		"filename": "clip.mp4", "filetype": "application/x-own", "bucketName": "raw files", "objectName": "in/clip.mp4", "empty": "",
		"about": "clip.mp4 1000 video/mp4",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("metadata (-want +got):\n" + diff)
	}
	for _, bad := range []string{"a,b c", "a 1\na 2", "ключ 1", "a\tb"} {
		if _, err := uploader.ParseMetadata(bad); err == nil {
			t.Errorf("ParseMetadata(%q) succeeded, want error", bad)
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
