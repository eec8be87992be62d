package deletion

import "sync"

// maxWorkers is how many deletions run at the same time.
const maxWorkers = 8

// pool runs functions in the order they were added, on at most maxWorkers
// goroutines. The zero pool is ready to use.
type pool struct {
	mu      sync.Mutex
	waiting []func()
	workers int
}

// add has a function run by a goroutine of tasks. It does not block.
func (p *pool) add(tasks *sync.WaitGroup, run func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = append(p.waiting, run)
	if p.workers < maxWorkers {
		p.workers++
		tasks.Go(p.work)
	}
}

func (p *pool) work() {
	for run := p.next(); run != nil; run = p.next() {
		run()
	}
}

// next removes and returns the first waiting function. It returns nil, with which a
// worker ends, if there is none.
func (p *pool) next() func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) == 0 {
		p.waiting = nil
		p.workers--
		return nil
	}
	run := p.waiting[0]
	p.waiting[0] = nil
	p.waiting = p.waiting[1:]
	return run
}
