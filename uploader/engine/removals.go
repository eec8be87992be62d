package engine

import "sync"

// removalsMost is how many leftovers are removed from servers at a time.
const removalsMost = 8

// removals are leftovers on their way from servers, the first that came first. So
// many goroutines work on them as may be removed at a time, however many wait. The
// zero value is ready.
type removals struct {
	mu      sync.Mutex
	waiting []func()
	workers int
}

// add has a leftover removed by one of tasks' goroutines. It does not block.
func (r *removals) add(tasks *sync.WaitGroup, remove func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting = append(r.waiting, remove)
	if r.workers < removalsMost {
		r.workers++
		tasks.Go(r.work)
	}
}

// work removes what waits until nothing does.
func (r *removals) work() {
	for remove := r.next(); remove != nil; remove = r.next() {
		remove()
	}
}

// next takes the first of those that wait; nil, with which a worker ends, when
// none does.
func (r *removals) next() func() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.waiting) == 0 {
		r.waiting = nil
		r.workers--
		return nil
	}
	remove := r.waiting[0]
	r.waiting[0] = nil
	r.waiting = r.waiting[1:]
	return remove
}
