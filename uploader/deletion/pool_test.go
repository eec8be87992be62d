package deletion

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

func TestPoolRunsEverythingWithLimitedConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var (
			tasks  sync.WaitGroup
			p      pool
			begun  atomic.Int64
			server = make(chan struct{})
		)
		for range 3 * maxWorkers {
			p.add(&tasks, func() {
				begun.Add(1)
				<-server
			})
		}
		for ended := range 3 * maxWorkers {
			synctest.Wait()
			if want := int64(min(ended+maxWorkers, 3*maxWorkers)); begun.Load() != want {
				t.Fatalf("%d have begun after %d have ended, want %d", begun.Load(), ended, want)
			}
			server <- struct{}{}
		}
		tasks.Wait()
		if p.workers != 0 || p.waiting != nil {
			t.Errorf("%d workers and %d functions are left", p.workers, len(p.waiting))
		}
	})
}
