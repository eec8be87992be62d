package timing

import (
	"container/heap"
	"time"

	"github.com/ferryapp/ferry/uploader"
)

// Alarms are the times at which waits end. An alarm is not removed before its time:
// the loop checks whether it still applies.
type Alarms struct{ heap alarmHeap }

type alarm struct {
	at time.Time
	id uploader.TransferID
}

// Set adds an alarm of a transfer.
func (a *Alarms) Set(at time.Time, id uploader.TransferID) { heap.Push(&a.heap, alarm{at, id}) }

// Next returns the time of the next alarm, or the zero time.
func (a *Alarms) Next() time.Time {
	if len(a.heap) == 0 {
		return time.Time{}
	}
	return a.heap[0].at
}

// Due removes and returns the alarms that are due.
func (a *Alarms) Due(now time.Time) []uploader.TransferID {
	var ids []uploader.TransferID
	for len(a.heap) > 0 && !a.heap[0].at.After(now) {
		ids = append(ids, heap.Pop(&a.heap).(alarm).id)
	}
	return ids
}

// alarmHeap implements [heap.Interface], the earliest alarm first.
type alarmHeap []alarm

func (h alarmHeap) Len() int           { return len(h) }
func (h alarmHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h alarmHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *alarmHeap) Push(x any)        { *h = append(*h, x.(alarm)) }
func (h *alarmHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
