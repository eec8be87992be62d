package db_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// saveWithChildren saves transfers with a proof, parts and events each, so that every third
// of the file has some of each table.
func saveWithChildren(t *testing.T, store *db.DB, count int) {
	t.Helper()
	for transfers := range slices.Chunk(sampleTransfers(0, count), 1+count/10) {
		changes := uploader.Changes{
			Transfers: transfers,
			Proofs:    map[uploader.TransferID]source.Proof{},
			Parts:     map[uploader.TransferID][]uploader.Part{},
			Events:    map[uploader.TransferID][]uploader.Event{},
		}
		for _, row := range transfers {
			row.Session.Parts = 2
			if row.ID%3 == 0 {
				row.Source.RelPath = "" // added as a single file
			}
			changes.Proofs[row.ID] = source.Proof{{End: 1 << 20, Digest: []byte(fmt.Sprintf("state of %d", row.ID))}}
			for i := range 2 {
				url := fmt.Sprintf("http://127.0.0.1:41234/files/%d-%d", row.ID, i)
				changes.Parts[row.ID] = append(changes.Parts[row.ID], uploader.Part{Index: i, URL: url, Start: int64(i) * 1000, Length: 1000})
			}
			changes.Events[row.ID] = []uploader.Event{{At: time.UnixMilli(1), Kind: uploader.EventFailed, Fault: &fault.Fault{Kind: fault.Busy}}}
		}
		save(t, store, changes)
	}
}

func TestRecoveryKeepsProofsPartsAndEvents(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ferry.db")
	store := openDB(t, path)
	const count = 2000
	saveWithChildren(t, store, count)
	store = damageAndReopen(t, path, store)
	defer closeDB(t, store)
	all, err := store.Load(t.Context())
	if err != nil || store.Recovery().Recovered == 0 {
		t.Fatalf("recovery %+v, %v", store.Recovery(), err)
	}
	proofs, parts, events := 0, 0, 0
	for i := range all.Transfers.Len() {
		id := all.Transfers.At(i).ID
		proof, err1 := store.Proof(t.Context(), id)
		part, err2 := store.Parts(t.Context(), id)
		event, err3 := store.Events(t.Context(), id)
		if err1 != nil || err2 != nil || err3 != nil {
			t.Fatal(err1, err2, err3)
		}
		if len(proof) == 1 && bytes.Equal(proof[0].Digest, []byte(fmt.Sprintf("state of %d", id))) {
			proofs++
		}
		if len(part) == 2 && part[1].URL == fmt.Sprintf("http://127.0.0.1:41234/files/%d-1", id) {
			parts++
		}
		if len(event) == 1 && event[0].Fault != nil && event[0].Fault.Kind == fault.Busy {
			events++
		}
	}
	t.Logf("recovered %d transfers, %d proofs, %d parts, %d events", all.Transfers.Len(), proofs, parts, events)
	if proofs == 0 || parts == 0 || events == 0 {
		t.Errorf("of %d transfers, %d have a proof, %d parts and %d events", all.Transfers.Len(), proofs, parts, events)
	}
}

func TestRecoveryDropsChildrenOfOlderSessionInBackup(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ferry.db")
	store := openDB(t, path)
	saveWithChildren(t, store, 1)
	if err := store.Backup(t.Context(), path+".backup-20260101-000000.000-v2"); err != nil {
		t.Fatal(err)
	}
	newer := sampleTransfers(0, 1)
	newer[0].Session.URL += "-newer"
	none := sampleTransfers(0, 1)
	none[0].Session = uploader.Session{}
	save(t, store, uploader.Changes{Transfers: none})
	save(t, store, uploader.Changes{Transfers: newer})
	save(t, store, uploader.Changes{Transfers: sampleTransfers(1, 3000)})
	store = damageAndReopen(t, path, store)
	defer closeDB(t, store)
	all, err := store.Load(t.Context())
	if err != nil || store.Recovery().Restored == "" || all.Transfers.At(0).Session.URL != newer[0].Session.URL {
		t.Fatalf("recovery %+v, %v", store.Recovery(), err)
	}
	proof, err := store.Proof(t.Context(), 1)
	parts, err2 := store.Parts(t.Context(), 1)
	if err != nil || err2 != nil || len(proof) != 0 || len(parts) != 0 {
		t.Errorf("newer session has %d blocks and %d parts of the older one, %v, %v", len(proof), len(parts), err, err2)
	}
}

func TestRecoveryWithMissingColumnsAndTables(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ferry.db")
	store := openDB(t, path)
	saveWithChildren(t, store, 2000)
	server := uploader.Server{ID: 7, Name: "studio", Endpoint: "https://studio.example/files/"}
	save(t, store, uploader.Changes{Servers: []uploader.Server{server}})
	for _, statement := range []string{
		"ALTER TABLE transfers DROP COLUMN prior",
		"ALTER TABLE servers DROP COLUMN profile",
		"ALTER TABLE servers DROP COLUMN identity",
		"ALTER TABLE batches DROP COLUMN rank",
		"DROP TABLE events",
	} {
		if err := db.Exec(store, statement); err != nil {
			t.Fatal(err)
		}
	}
	store = damageAndReopen(t, path, store)
	defer closeDB(t, store)
	all, err := store.Load(t.Context())
	if err != nil || store.Recovery().Recovered == 0 || all.Transfers.Len() != store.Recovery().Recovered {
		t.Fatalf("recovery %+v, %v", store.Recovery(), err)
	}
	last := all.Servers[len(all.Servers)-1]
	if last.ID != server.ID || last.OriginalEndpoint != server.Endpoint {
		t.Errorf("server %+v, want ID and identity of %+v", last, server)
	}
	if parts, err := store.Parts(t.Context(), all.Transfers.At(0).ID); err != nil || len(parts) != 2 {
		t.Errorf("%d parts, %v; want 2", len(parts), err)
	}
}

// damageAndReopen closes a store, damages its file and opens it again.
func damageAndReopen(t *testing.T, path string, store *db.DB) *db.DB {
	t.Helper()
	closeDB(t, store)
	damageFile(t, path)
	writeFile(t, path+"-wal", nil)
	return openDB(t, path)
}
