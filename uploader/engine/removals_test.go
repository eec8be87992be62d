package engine

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

func TestLeftoversAreRemovedAFewAtATimeAndAllOfThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var (
			tasks    sync.WaitGroup
			leftover removals
			begun    atomic.Int64
			server   = make(chan struct{})
		)
		for range 3 * removalsMost {
			leftover.add(&tasks, func() {
				begun.Add(1)
				<-server
			})
		}
		for ended := range 3 * removalsMost {
			synctest.Wait()
			if want := int64(min(ended+removalsMost, 3*removalsMost)); begun.Load() != want {
				t.Fatalf("%d removals have begun after %d have ended, want %d", begun.Load(), ended, want)
			}
			server <- struct{}{}
		}
		tasks.Wait()
		if leftover.workers != 0 || leftover.waiting != nil {
			t.Errorf("%d workers and %d removals are left", leftover.workers, len(leftover.waiting))
		}
	})
}
