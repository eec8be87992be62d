package app

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func inBatch(id uploader.BatchID) func(*uploader.Transfer) {
	return func(t *uploader.Transfer) { t.Batch = id }
}

// batched is a snapshot whose batches are all found.
func batched(transfers ...*uploader.Transfer) *uploader.Snapshot {
	s := snapshotOf(transfers...)
	for _, t := range transfers {
		s.Batches[t.Batch] = &uploader.Batch{ID: t.Batch, Expanded: true}
	}
	return s
}

func TestNews(t *testing.T) {
	speak(t)
	two := inBatch(2)
	walking := batched(transfer(1, done, two))
	walking.Batches[2] = &uploader.Batch{ID: 2}
	sick := snapshotOf()
	sick.Trouble = fault.New(fault.LocalDisk, fault.Save, nil)
	tests := []struct {
		name          string
		before, after *uploader.Snapshot
		want          []string
	}{
		{"what was added together and is across is told once", batched(transfer(1, sending, two), transfer(2, two)), batched(transfer(1, done, two), transfer(2, done, two)), []string{"2 uploads finished"}},
		{"as long as something of it is under way nothing is told", batched(transfer(1, sending, two), transfer(2, two)), batched(transfer(1, done, two), transfer(2, sending, two)), nil},
		{"nor while something of it is paused", batched(transfer(1, sending, two), transfer(2, two)), batched(transfer(1, done, two), transfer(2, paused, two)), nil},
		{"nor while a folder is still being looked through", walking, walking, nil},
		{"when that ends, it is", walking, batched(transfer(1, done, two)), []string{"1 upload finished"}},
		{"what was across before is no news", batched(transfer(1, done, two)), batched(transfer(1, done, two)), nil},
		{"what was removed is no news", batched(transfer(1, sending, two)), snapshotOf(), nil},
		{"what failed altogether has not finished", batched(transfer(1, sending, two)), batched(transfer(1, failed(fault.Refused), two)), []string{"1 upload needs you"}},
		{"what partly failed has both", batched(transfer(1, sending, two), transfer(2, sending, two)), batched(transfer(1, done, two), transfer(2, failed(fault.Auth), two)), []string{"1 upload finished", "1 upload needs you"}},
		{"trouble that stays is told once", batched(transfer(1, failed(fault.Auth))), batched(transfer(1, failed(fault.Auth))), nil},
		{"a disk that cannot be written is told", snapshotOf(), sick, []string{"This computer's disk can't be written"}},
		{"and once", sick, sick, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var n news
			if notes := n.follow(test.before, tallyOf(test.before, nil)); len(notes) > 0 {
				t.Errorf("what was there at the start was told: %+v", notes)
			}
			var got []string
			for _, note := range n.follow(test.after, tallyOf(test.after, nil)) {
				got = append(got, note.Title)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNewsIsForThoseWhoDoNotLook(t *testing.T) {
	s := raise(t, newFakeEngine(transfer(1, sending, inBatch(2))))
	s.publish(batched(transfer(1, done, inBatch(2))))
	s.publish(batched(transfer(1, done, inBatch(2)), transfer(3, sending, inBatch(4))))
	s.hide()
	s.engine.publish(batched(transfer(1, done, inBatch(2)), transfer(3, done, inBatch(4))))
	s.presenter.now()
	titles := func() []string {
		var all []string
		for _, note := range s.desktop.noted() {
			all = append(all, note.Title)
		}
		return all
	}
	s.until("it is told", func() bool { return slices.Contains(titles(), "1 upload finished") })
	if diff := cmp.Diff([]string{"1 upload finished", "Ferry keeps going"}, slices.Sorted(slices.Values(titles()))); diff != "" {
		t.Error(diff)
	}
	for _, note := range s.desktop.noted() {
		if note.Title == "1 upload finished" {
			note.Actions[0].Do()
		}
	}
	s.until("the window is back", func() bool { return s.window.visible })
}

func TestNewsOfTheProfile(t *testing.T) {
	s := raise(t, newFakeEngine(transfer(1, holding(gigabyte))), func(c *Config, _ *fakeDesktop) { c.News = "The database was damaged." })
	if got := s.window.banner.model(); got.Text != "The database was damaged." || !s.window.banner.content.Visible() {
		t.Errorf("said %q", got.Text)
	}
	s.window.banner.model().OnDismiss()
	if got := s.window.banner.model().Text; got != "Continuing 1 upload: 1.0 of 4.0 GB is already there." {
		t.Errorf("then said %q", got)
	}
	s.window.banner.model().OnDismiss()
	if s.window.banner.content.Visible() {
		t.Error("an empty banner stays")
	}
}
