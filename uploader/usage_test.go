package uploader_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
)

func TestUsageOf(t *testing.T) {
	const day = uploader.Day(20260301)
	transfer := func(id uploader.TransferID, server uploader.ServerID, offset int64, phase uploader.Phase) *uploader.Transfer {
		t := &uploader.Transfer{ID: id, Server: server, Phase: phase}
		t.Source.Size, t.Session.Offset = 100, offset
		return t
	}
	active := func(t *uploader.Transfer, d time.Duration) *uploader.Transfer { t.ActiveTime = d; return t }
	sending, done := uploader.PhaseSending, uploader.PhaseDone
	for name, c := range map[string]struct {
		before, after []*uploader.Transfer
		events        map[uploader.TransferID][]uploader.Event
		want          []uploader.Usage
	}{
		"progress": {
			before: []*uploader.Transfer{transfer(1, 2, 10, sending), transfer(2, 2, 0, sending), transfer(3, 1, 0, sending)},
			after:  []*uploader.Transfer{transfer(1, 2, 30, sending), transfer(2, 2, 5, sending), transfer(3, 1, 7, sending)},
			want:   []uploader.Usage{{Day: day, Server: 2, Bytes: 25}, {Day: day, Server: 1, Bytes: 7}},
		},
		"end of a file": {
			before: []*uploader.Transfer{active(transfer(1, 2, 60, sending), time.Second)},
			after:  []*uploader.Transfer{active(transfer(1, 2, 100, done), 5*time.Second)},
			want:   []uploader.Usage{{Day: day, Server: 2, Bytes: 40, Files: 1, Active: 4 * time.Second}},
		},
		"finished before": {
			before: []*uploader.Transfer{transfer(1, 2, 100, done)},
			after:  []*uploader.Transfer{transfer(1, 2, 100, done)},
		},
		"start over": {
			before: []*uploader.Transfer{transfer(1, 2, 60, sending)},
			after:  []*uploader.Transfer{transfer(1, 2, 0, sending)},
		},
		"saved value is not certain": {after: []*uploader.Transfer{transfer(1, 2, 60, sending)}},
		"resumed": {
			before: []*uploader.Transfer{transfer(1, 2, 60, sending)},
			after:  []*uploader.Transfer{transfer(1, 2, 60, sending)},
			events: map[uploader.TransferID][]uploader.Event{1: {{Kind: uploader.EventResumed, Offset: 60}, {Kind: uploader.EventResumed}, {Kind: uploader.EventCreated, Offset: 1}}},
			want:   []uploader.Usage{{Day: day, Server: 2, Resumes: 1}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			changes := uploader.Changes{Transfers: c.after, Events: c.events, Before: map[uploader.TransferID]*uploader.Transfer{}}
			for _, b := range c.before {
				changes.Before[b.ID] = b
			}
			if diff := cmp.Diff(c.want, uploader.UsageOf(changes, day)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDayOf(t *testing.T) {
	day := uploader.DayOf(time.Date(2026, 3, 1, 23, 59, 59, 0, time.Local))
	if day != 20260301 || !day.SameMonth(20260331) || day.SameMonth(20260401) || day.SameMonth(20250301) {
		t.Errorf("day is %d", day)
	}
}
