package engine

import (
	"container/heap"
	"time"

	"github.com/ferryapp/ferry/uploader"
)

// alarms are the moments at which waits end, soonest first. An alarm that lost
// its meaning is not taken back: whoever hears it looks whether it still holds.
type alarms struct{ ring ring }

type alarm struct {
	at time.Time
	id uploader.TransferID
}

func (a *alarms) set(at time.Time, id uploader.TransferID) { heap.Push(&a.ring, alarm{at, id}) }

// next is when the soonest alarm goes off, or the zero time.
func (a *alarms) next() time.Time {
	if len(a.ring) == 0 {
		return time.Time{}
	}
	return a.ring[0].at
}

// WaitEnded takes out the alarms that have gone off.
func (a *alarms) due(now time.Time) []uploader.TransferID {
	var ids []uploader.TransferID
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
