package engine_test

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestATransferThatCannotBeSavedHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
	folder := filepath.Join(t.TempDir(), "raws")
	fillFolder(t, folder, "a", "b", "poison", "c", "d")
	poison := func(row *uploader.Transfer) bool { return row.Source.Name() == "poison" }
	b.store.Refuse(poison)
	batch := b.add(folder)
	b.until("all but one are across, and saving works", func(s *uploader.Snapshot) bool {
		return s.Sums[batch].Count[uploader.StateDone] == 4 && s.Sums[batch].Count[uploader.StateFailed] == 1 && s.Trouble == nil
	})
	for _, row := range b.engine.Snapshot().Transfers {
		if poison(row) && !fault.Is(row.Fault, fault.LocalDisk) {
			t.Errorf("what cannot be saved says %v", row.Fault)
		}
	}
	saved, err := b.store.Load(t.Context())
	if err != nil || len(saved.Transfers) != 4 {
		t.Errorf("%d transfers are saved, %v; want 4", len(saved.Transfers), err)
	}
	b.store.Refuse(nil)
	b.do(uploader.Retry{Target: uploader.Everything()})
	b.until("the last one", func(s *uploader.Snapshot) bool { return s.Sums[batch].Count[uploader.StateDone] == 5 })
	b.restart()
	if got := len(b.finished(batch)); got != 5 {
		t.Errorf("%d of 5 transfers are there after a restart", got)
	}
}

func TestAnUploadUnderWayThatCannotBeSavedAnyMoreKeepsWhatItHas(t *testing.T) {
	t.Parallel()
	b, server, proxy, path := underWay(t)
	b.store.Refuse(func(row *uploader.Transfer) bool { return row.Source.Path == path })
	failed := b.untilState(uploader.StateFailed)
	b.until("the worker is gone", func(s *uploader.Snapshot) bool { return s.Totals.Active == 0 })
	b.store.Refuse(nil)
	proxy.Heal(t)
	b.insist(uploader.Retry{Target: uploader.Everything()})
	b.until("it is across", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] == 1 && s.Trouble == nil })
	if row := b.engine.Snapshot().Transfer(failed.ID); row.Resumed == 0 {
		t.Error("it was sent again from its start")
	}
	wantStored(t, server, path)
}

// TestWhatIsRemovedUnderItsWorkersHandsLeavesNoWorkerBehind removes a transfer that
// cannot be saved while its worker still asks what the server holds.
func TestWhatIsRemovedUnderItsWorkersHandsLeavesNoWorkerBehind(t *testing.T) {
	t.Parallel()
	asked, answer := make(chan struct{}, 8), make(chan struct{})
	server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodHead {
				asked <- struct{}{}
				<-answer
			}
			next.ServeHTTP(w, r)
		})
	}))
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	b := newBench(t, proxy.URL(server.Endpoint))
	proxy.Slow(1 << 20)
	path := write(t, "film.mov", 12<<20)
	b.add(path)
	b.until("some of it", func(s *uploader.Snapshot) bool { return s.Totals.Pending > 0 && s.Totals.Left < 11<<20 })
	b.store.Refuse(func(row *uploader.Transfer) bool { return row.Source.Path == path })
	<-asked
	b.insist(uploader.Remove{Target: uploader.Everything()})
	b.until("an empty list", func(s *uploader.Snapshot) bool { return len(s.Transfers) == 0 })
	close(answer)
	b.until("no worker", func(s *uploader.Snapshot) bool { return s.Totals.Active == 0 })
}

func TestAWalkThatCannotGoOnSaysWhy(t *testing.T) {
	t.Parallel()
	b := newBench(t, uploadtest.NewTusd(t).Endpoint)
	refusing := errors.New("cannot look")
	b.quit()
	blind := &blindStore{Store: b.store}
	b.change = func(c *engine.Config) { c.Store = blind }
	b.start()
	blind.say(refusing)
	batch := b.add(write(t, "a", 10))
	s := b.until("trouble", func(s *uploader.Snapshot) bool { return s.Trouble != nil })
	if !errors.Is(s.Trouble, refusing) {
		t.Errorf("the trouble is %v", s.Trouble)
	}
	blind.say(nil)
	b.finished(batch)
	b.until("no trouble any more", func(s *uploader.Snapshot) bool { return s.Trouble == nil })
}

// blindStore finds nothing while it is told to fail.
type blindStore struct {
	*uploadtest.Store
	err atomic.Pointer[error]
}

func (s *blindStore) say(err error) { s.err.Store(&err) }

func (s *blindStore) FindPrevious(ctx context.Context, fingerprints []string) (map[string][]uploader.Transfer, error) {
	if err := s.err.Load(); err != nil && *err != nil {
		return nil, fault.New(fault.LocalDisk, fault.Load, *err)
	}
	return s.Store.FindPrevious(ctx, fingerprints)
}
