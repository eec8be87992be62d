package db_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
)

func BenchmarkSaveChanged(b *testing.B) {
	for _, count := range []int{1, 20, 1000} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			store, transfers := newFilledDB(b, 10_000)
			changed := uploader.Changes{Transfers: transfers[:count]}
			for b.Loop() {
				for _, transfer := range changed.Transfers {
					transfer.Session.Offset++
				}
				save(b, store, changed)
			}
		})
	}
}

// BenchmarkSaveCreated saves what is known of small files once their uploads are created: their
// URLs and their proofs.
func BenchmarkSaveCreated(b *testing.B) {
	for _, count := range []int{1, 10, 40} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			store, transfers := newFilledDB(b, 10_000)
			for number := 0; b.Loop(); number++ {
				changes := uploader.Changes{Before: map[uploader.TransferID]*uploader.Transfer{}, Proofs: map[uploader.TransferID]source.Proof{}}
				for i := range count {
					before, after := *transfers[i], *transfers[i]
					before.Session, after.Session = uploader.Session{}, uploader.Session{URL: fmt.Sprintf("https://uploads.example.com/files/%d-%d", number, i)}
					changes.Transfers = append(changes.Transfers, &after)
					changes.Before[after.ID] = &before
					changes.Proofs[after.ID] = source.Proof{{End: 10 << 10, Digest: make([]byte, 16)}}
				}
				save(b, store, changes)
			}
		})
	}
}

func BenchmarkSaveNew10000(b *testing.B) {
	store := openDB(b, filepath.Join(b.TempDir(), "ferry.db"))
	defer closeDB(b, store)
	var last uploader.TransferID
	for b.Loop() {
		save(b, store, uploader.Changes{Transfers: sampleTransfers(last, 10_000)})
		last += 10_000
	}
}

func BenchmarkLoad100000(b *testing.B) {
	store, _ := newFilledDB(b, 100_000)
	for b.Loop() {
		if _, err := store.Load(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoadMillion measures the load at startup.
func BenchmarkLoadMillion(b *testing.B) {
	store, _ := newFilledDB(b, 1_000_000)
	b.ResetTimer()
	for b.Loop() {
		if _, err := store.Load(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRemove measures the removal of one transfer, of a page of the history and of
// everything.
func BenchmarkRemove(b *testing.B) {
	for _, count := range []int{1, 256, 100_000} {
		b.Run(fmt.Sprintf("%d of 100000", count), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				store := openDB(b, filepath.Join(b.TempDir(), "ferry.db"))
				save(b, store, uploader.Changes{Transfers: sampleTransfers(0, 100_000)})
				var ids []uploader.TransferID
				for id := range count {
					ids = append(ids, uploader.TransferID(id+1))
				}
				b.StartTimer()
				save(b, store, uploader.Changes{RemovedTransfers: ids})
				b.StopTimer()
				closeDB(b, store)
				b.StartTimer()
			}
		})
	}
}

func BenchmarkOpen100000(b *testing.B) {
	path := filepath.Join(b.TempDir(), "ferry.db")
	store := openDB(b, path)
	save(b, store, uploader.Changes{Transfers: sampleTransfers(0, 100_000)})
	closeDB(b, store)
	for b.Loop() {
		closeDB(b, openDB(b, path))
	}
}

// newFilledDB opens a new database with count transfers.
func newFilledDB(tb testing.TB, count int) (*db.DB, []*uploader.Transfer) {
	store := openDB(tb, filepath.Join(tb.TempDir(), "ferry.db"))
	tb.Cleanup(func() { closeDB(tb, store) })
	transfers := sampleTransfers(0, count)
	save(tb, store, uploader.Changes{Transfers: transfers})
	return store, transfers
}

// sampleTransfers returns count transfers with IDs above after.
func sampleTransfers(after uploader.TransferID, count int) []*uploader.Transfer {
	transfers := make([]*uploader.Transfer, count)
	for i := range transfers {
		id := after + uploader.TransferID(i) + 1
		name := fmt.Sprintf("IMG_%07d.CR3", id)
		transfers[i] = &uploader.Transfer{
			ID:     id,
			Batch:  1,
			Server: uploader.BuiltinServer,
			Source: source.File{
				Path:     "/media/card/DCIM/100CANON/" + name,
				RelPath:  "100CANON/" + name,
				Size:     25 << 20,
				ModTime:  time.Unix(1_700_000_000+int64(id), 123_456_789),
				Identity: source.Identity{Volume: 66305, Index: uint64(id)},
			},
			Fingerprint: "metadata:" + name + ":26214400:1700000000123456789:this-computer",
			Rank:        int64(id),
			Phase:       uploader.PhaseSending,
			Session:     uploader.Session{URL: "http://127.0.0.1:41234/files/24e533e02ec3bc40c387f1a0e460e216"},
			Added:       1_700_000_000_000,
		}
	}
	return transfers
}

func save(tb testing.TB, store uploader.Store, changes uploader.Changes) {
	tb.Helper()
	if err := store.Save(tb.Context(), changes); err != nil {
		tb.Fatalf("save: %v", err)
	}
}
