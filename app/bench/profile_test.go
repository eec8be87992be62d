//go:build linux

package bench_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
)

const (
	savedAtOnce  = 10_000 // transfers in one transaction
	filesInBatch = 1000
)

// profile returns a profile with count queued files, for a server that does not respond.
// Works share it.
func (in *inputs) profile(t *testing.T, count int) string {
	t.Helper()
	folder := filepath.Join(in.folder, fmt.Sprintf("profile-%d", count))
	if in.profiles[folder] {
		return folder
	}
	in.profiles[folder] = true
	if err := (&meter{ctx: t.Context()}).create(folder); err != nil {
		t.Fatal(err)
	}
	store, err := db.Open(t.Context(), filepath.Join(folder, "ferry.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}()
	for first := 1; first <= count; first += savedAtOnce {
		if err := store.Save(t.Context(), queuedFiles(first, min(savedAtOnce, count-first+1))); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// create creates an empty profile.
func (m *meter) create(folder string) error {
	_, err := m.run(ferryProgram, "list", "--profile", folder)
	return err
}

// queuedFiles returns count transfers with their batches and their server.
func queuedFiles(first, count int) uploader.Changes {
	const absent = uploader.ServerID(2)
	added := time.Unix(1_700_000_000, 0)
	changes := uploader.Changes{Servers: []uploader.Server{{ID: absent, Name: "absent", Endpoint: "http://127.0.0.1:1/files/"}}}
	for id := first; id < first+count; id++ {
		batch := uploader.BatchID((id-1)/filesInBatch + 1)
		folder := fmt.Sprintf("/media/card/DCIM/%05d", batch)
		if (id-1)%filesInBatch == 0 {
			changes.Batches = append(changes.Batches, uploader.Batch{ID: batch, Server: absent, Roots: []string{folder}, Added: added, Scanned: true, Rank: int64(batch)})
		}
		name := fmt.Sprintf("IMG_%07d.CR3", id)
		changes.Transfers = append(changes.Transfers, &uploader.Transfer{
			ID: uploader.TransferID(id), Batch: batch, Server: absent, Rank: int64(id), Added: uploader.TimestampOf(added),
			Source: source.File{
				Path: filepath.Join(folder, name), RelPath: filepath.Join(filepath.Base(folder), name), Size: 25 << 20,
				ModTime: added, Identity: source.Identity{Volume: 66305, Index: uint64(id)},
			},
			Fingerprint: fmt.Sprintf("m1:%043d", id),
		})
	}
	return changes
}
