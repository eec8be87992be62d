//go:build linux && desktop

package desktop_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/desktop"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// profileBuilder builds a profile as earlier runs of Ferry would have saved it.
type profileBuilder struct {
	t       *testing.T
	dir     string // of the source files
	changes uploader.Changes
	nextID  uploader.TransferID
	now     time.Time
}

const (
	studio  uploader.ServerID = 2
	archive uploader.ServerID = 3
)

// newProfileBuilder returns a builder with the given servers and a temporary folder for the
// source files.
func newProfileBuilder(t *testing.T, endpoints map[uploader.ServerID]string) *profileBuilder {
	t.Helper()
	return newProfileBuilderIn(t, t.TempDir(), endpoints)
}

// newProfileBuilderIn is newProfileBuilder with the folder for the source files.
func newProfileBuilderIn(t *testing.T, dir string, endpoints map[uploader.ServerID]string) *profileBuilder {
	t.Helper()
	w := &profileBuilder{t: t, dir: dir, nextID: 1, now: time.Now().Truncate(time.Millisecond)}
	names := map[uploader.ServerID]string{studio: "Studio server", archive: "Archive"}
	for id, endpoint := range endpoints {
		w.changes.Servers = append(w.changes.Servers, uploader.Server{ID: id, Name: names[id], Endpoint: endpoint})
	}
	return w
}

// batch adds a batch of a folder or a file and returns its ID.
func (w *profileBuilder) batch(server uploader.ServerID, root string) uploader.BatchID {
	id := uploader.BatchID(len(w.changes.Batches) + 1)
	w.changes.Batches = append(w.changes.Batches, uploader.Batch{
		ID: id, Server: server, Roots: []string{filepath.Join(w.dir, root)}, Added: w.now.Add(-time.Hour), Scanned: true, Rank: int64(id),
	})
	return id
}

// file adds a transfer of a sparse source file, which it creates.
func (w *profileBuilder) file(batch uploader.BatchID, name string, size int64, change func(*uploader.Transfer)) {
	w.t.Helper()
	path := filepath.Join(w.dir, name)
	must(w.t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(w.t, os.WriteFile(path, nil, 0o600))
	must(w.t, os.Truncate(path, size))
	long := w.now.Add(-48 * time.Hour) // so that the file does not count as being written
	must(w.t, os.Chtimes(path, long, long))
	seen, err := (source.Disk{}).Stat(path)
	must(w.t, err)
	if root := w.changes.Batches[batch-1].Roots[0]; root != path {
		seen.RelPath, err = filepath.Rel(filepath.Dir(root), path)
		must(w.t, err)
	}
	row := &uploader.Transfer{
		ID: w.nextID, Batch: batch, Server: w.changes.Batches[batch-1].Server, Source: seen, Rank: int64(w.nextID),
		Fingerprint: "m1:" + strconv.Itoa(int(w.nextID)), Added: uploader.TimestampOf(w.now.Add(-time.Hour)),
	}
	w.nextID++
	if change != nil {
		change(row)
	}
	w.changes.Transfers = append(w.changes.Transfers, row)
}

// single adds a batch of one file.
func (w *profileBuilder) single(server uploader.ServerID, name string, size int64, change func(*uploader.Transfer)) {
	w.t.Helper()
	w.file(w.batch(server, name), name, size, change)
}

func (w *profileBuilder) done(t *uploader.Transfer) {
	t.Phase, t.Started, t.Finished, t.ActiveTime = uploader.PhaseDone, uploader.TimestampOf(w.now.Add(-30*time.Minute)), uploader.TimestampOf(w.now.Add(-20*time.Minute)), max(time.Second, time.Duration(t.Source.Size/20_000_000)*time.Second)
	t.Session = uploader.Session{URL: "http://127.0.0.1:9/files/" + strconv.Itoa(int(t.ID)), Offset: t.Source.Size, Sent: t.Source.Size}
	t.SHA256 = string([]byte{1, 31: 0})
}

// partiallySent returns a function that sets a session with a part acknowledged.
func partiallySent(part float64) func(*uploader.Transfer) {
	return func(t *uploader.Transfer) {
		sent := int64(part * float64(t.Source.Size))
		t.Session = uploader.Session{URL: "http://127.0.0.1:9/files/" + strconv.Itoa(int(t.ID)), Offset: sent, Sent: sent}
		t.Started = t.Added
	}
}

// failed returns a function that sets a failed transfer with a part acknowledged.
func (w *profileBuilder) failed(kind fault.Kind, part float64) func(*uploader.Transfer) {
	return func(t *uploader.Transfer) {
		partiallySent(part)(t)
		t.Phase, t.Fault, t.Finished = uploader.PhaseFailed, fault.Newf(kind, fault.Patch, "for a picture"), uploader.TimestampOf(w.now)
	}
}

// save writes the profile's database.
func (w *profileBuilder) save(ctx context.Context, profile string, choose func(*settings.Settings)) {
	w.t.Helper()
	must(w.t, os.MkdirAll(profile, 0o700))
	database, err := db.Open(ctx, filepath.Join(profile, "ferry.db"))
	must(w.t, err)
	defer database.Close()
	must(w.t, database.Save(ctx, w.changes))
	chosen := settings.Default()
	choose(&chosen)
	text, err := json.Marshal(chosen)
	must(w.t, err)
	must(w.t, database.SaveSetting(ctx, "settings", text))
}

// launchProfile starts Ferry with the profile and default settings.
func launchProfile(t *testing.T, w *profileBuilder) (*desktop.Ferry, context.Context) {
	t.Helper()
	return launchWith(t, func(ctx context.Context, profile string) { w.save(ctx, profile, func(*settings.Settings) {}) })
}
