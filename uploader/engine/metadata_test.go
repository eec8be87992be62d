package engine_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestMetadataTemplate(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	h.setServerOptions(uploader.ServerOptions{Metadata: "bucketName raw files\nobjectName in/{path}\n\nfiletype application/x-own\nempty\nabout {name} {size} {type}"})
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
}

// TestMetadataOfBatch checks that a server gets the metadata of the batch, which replaces
// that of the server by key.
func TestMetadataOfBatch(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	h.setServerOptions(uploader.ServerOptions{Metadata: "project=default\nowner=ada\nfilename=\nfiletype=\nmtime="})
	h.waitFinal(h.addWithOptions(uploader.BatchOptions{Metadata: "project=Iceland {name}"}, createFile(t, "clip.mp4", 1000)))
	want := map[string]string{"project": "Iceland clip.mp4", "owner": "ada"}
	if diff := cmp.Diff(want, server.Stored(t)[0].Metadata); diff != "" {
		t.Error("metadata (-want +got):\n" + diff)
	}
}
