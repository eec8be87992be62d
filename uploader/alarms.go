package uploader

import (
	"container/heap"
	"time"
)

// alarms are the moments at which waits end, soonest first. An alarm that lost
// its meaning is not taken back: whoever hears it looks whether it still holds.
type alarms struct{ ring ring }

type alarm struct {
	at time.Time
	id TransferID
}

func (a *alarms) set(at time.Time, id TransferID) { heap.Push(&a.ring, alarm{at, id}) }

// next is when the soonest alarm goes off, or the zero time.
func (a *alarms) next() time.Time {
	if len(a.ring) == 0 {
		return time.Time{}
	}
	return a.ring[0].at
}

// due takes out the alarms that have gone off.
func (a *alarms) due(now time.Time) []TransferID {
	var ids []TransferID
	for len(a.ring) > 0 && !a.ring[0].at.After(now) {
		ids = append(ids, heap.Pop(&a.ring).(alarm).id)
	}
	return ids
}

type ring []alarm

func (r ring) Len() int           { return len(r) }
func (r ring) Less(i, j int) bool { return r[i].at.Before(r[j].at) }
func (r ring) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }
func (r *ring) Push(x any)        { *r = append(*r, x.(alarm)) }
func (r *ring) Pop() any {
	last := (*r)[len(*r)-1]
	*r = (*r)[:len(*r)-1]
	return last
}
