package program

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/internal/bustest"
	"github.com/ferryapp/ferry/app/profile"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestSendingKeepsTheComputerAwake checks with logind that it is kept awake while an upload is
// held in the middle, and not once it is paused.
func TestSendingKeepsTheComputerAwake(t *testing.T) {
	must(t, words.Load("en"))
	bustest.PrivateSystem(t)
	calls := make(chan string, 10)
	bustest.StartLogind(t, "", func(what string) { calls <- what })
	gate := uploadtest.NewGate(uploadtest.NewTusd(t).Config.Handler)
	gate.Hold()
	front := httptest.NewServer(gate)
	t.Cleanup(front.Close)
	file := filepath.Join(t.TempDir(), "film.mov")
	must(t, os.WriteFile(file, make([]byte, 1<<20), 0o600))
	must(t, os.Chtimes(file, time.Time{}, time.Now().Add(-time.Hour)))

	p, err := profile.Open(t.TempDir())
	must(t, err)
	s := openSession(t, p)
	do := func(command uploader.Command) {
		t.Helper()
		must(t, s.engine.Do(t.Context(), command))
	}
	do(uploader.SaveServer{Server: uploader.Server{Name: "studio", Endpoint: front.URL + "/files/"}})
	snapshot := s.engine.Snapshot()
	do(uploader.Add{Batch: uploader.NewBatchID(), Server: snapshot.Servers[len(snapshot.Servers)-1].ID, Paths: []string{file}})
	if got, want := <-calls, "idle Ferry Uploading files block"; got != want {
		t.Errorf("asked for %q, want %q", got, want)
	}
	do(uploader.Pause{Target: uploader.TargetAll()})
	if got := <-calls; got != "released" {
		t.Errorf("%q after the pause", got)
	}
	gate.Release()
	must(t, s.close(nil))
}
