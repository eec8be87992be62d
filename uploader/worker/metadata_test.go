package worker

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
)

// TestF1TransferKey checks the metadata that the built-in receiver gets of a transfer.
func TestF1TransferKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.txt")
	modified := time.Date(2026, 3, 1, 14, 0, 0, 0, time.UTC)
	write := func(content string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, modified, modified); err != nil {
			t.Fatal(err)
		}
	}
	// keyOf returns the key that a new worker sends.
	keyOf := func(id uploader.TransferID, added uploader.Timestamp, server uploader.ServerID) (key string) {
		t.Helper()
		file, seen, err := source.Disk{}.Open(source.File{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		remote := NewRemote(uploader.Server{ID: server}, nil)
		for _, pair := range remote.metadata(&uploader.Transfer{ID: id, Added: added, Source: seen}, file) {
			if pair.Key == "ferryTransfer" {
				key = pair.Value
			}
		}
		return key
	}
	write("abc")
	first := keyOf(1, 5, uploader.BuiltinServer)
	if again := keyOf(1, 5, uploader.BuiltinServer); first == "" || again != first {
		t.Errorf("key %q, then %q", first, again)
	}
	if key := keyOf(1, 5, 2); key != "" {
		t.Errorf("key %q for another server", key)
	}
	keys := map[string]string{first: "first"}
	for name, key := range map[string]string{
		"other transfer": keyOf(2, 5, uploader.BuiltinServer), "other profile": keyOf(1, 6, uploader.BuiltinServer),
	} {
		if same, exists := keys[key]; exists || key == "" {
			t.Errorf("%s has key %q as %s", name, key, same)
		}
		keys[key] = name
	}
	write("abcd")
	if keyOf(1, 5, uploader.BuiltinServer) == first {
		t.Error("the key is the same for another size")
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	hasChangeTime := source.ChangeTimeOf(file) != 0
	_ = file.Close()
	if !hasChangeTime {
		return
	}
	time.Sleep(20 * time.Millisecond) // the resolution of change times
	write("xyz")
	if keyOf(1, 5, uploader.BuiltinServer) == first {
		t.Error("the key is the same for other content of the same size and time")
	}
}
