package app

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/settings"
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
		{"what failed altogether has not finished", batched(transfer(1, sending, two)), batched(transfer(1, failed(fault.Refused), two)), []string{"1 upload needs attention"}},
		{"what partly failed has both", batched(transfer(1, sending, two), transfer(2, sending, two)), batched(transfer(1, done, two), transfer(2, failed(fault.Auth), two)), []string{"1 upload finished", "1 upload needs attention"}},
		{"trouble that stays is told once", batched(transfer(1, failed(fault.Auth))), batched(transfer(1, failed(fault.Auth))), nil},
		{"a disk that cannot be written is told", snapshotOf(), sick, []string{"Ferry can't save its data"}},
		{"and once", sick, sick, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var n news
			if notes := n.follow(summed(test.before), tallyOf(test.before, nil)); len(notes) > 0 {
				t.Errorf("what was there at the start was told: %+v", notes)
			}
			var got []string
			for _, note := range n.follow(summed(test.after), tallyOf(test.after, nil)) {
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
	if diff := cmp.Diff([]string{"1 upload finished", "Ferry is still running"}, slices.Sorted(slices.Values(titles()))); diff != "" {
		t.Error(diff)
	}
	for _, note := range s.desktop.noted() {
		if note.Title == "1 upload finished" {
			note.Actions[0].Do()
		}
	}
	s.until("the window is back", func() bool { return s.window.visible })
}

func TestNewsSaysWhatItIsAbout(t *testing.T) {
	speak(t)
	named := func(path string) func(*uploader.Transfer) {
		return func(t *uploader.Transfer) { t.Source.Path = path }
	}
	rooted := func(root string, transfers ...*uploader.Transfer) *uploader.Snapshot {
		s := batched(transfers...)
		s.Batches[2].Roots = []string{root}
		return s
	}
	two, evil := inBatch(2), named(`/x/<b>&"; rm`)
	studio := func(t *uploader.Transfer) { t.Server = 2 }
	tests := []struct {
		name          string
		before, after *uploader.Snapshot
		want          string
	}{
		{"one file has its name, which is text", rooted(`/x/<b>&"; rm`, transfer(1, sending, two, evil)), rooted(`/x/<b>&"; rm`, transfer(1, done, two, evil)), `<b>&"; rm · 4.0 GB`},
		{"a folder has its name", rooted("/x/Iceland", transfer(1, sending, two), transfer(3, done, two)), rooted("/x/Iceland", transfer(1, done, two), transfer(3, done, two)), "Iceland · 8.0 GB"},
		{"one that is stuck has its name and why", batched(transfer(1, sending, two)), batched(transfer(1, failed(fault.SourceMissing), two)), "interview.mov · The file can't be found"},
		{"several that are stuck are counted only", batched(transfer(1, two), transfer(3, two)), batched(transfer(1, failed(fault.Refused), two), transfer(3, failed(fault.Gone), two)), "Open Ferry for details."},
		{"a sign-in is one thing, however many wait for it", batched(transfer(1, two, studio), transfer(3, two, studio)), batched(transfer(1, failed(fault.Auth), two, studio), transfer(3, failed(fault.Auth), two, studio)), "“Studio” requires sign-in."},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			var n news
			n.follow(summed(c.before), tallyOf(c.before, nil))
			notes := n.follow(summed(c.after), tallyOf(c.after, nil))
			if len(notes) != 1 || notes[0].Body != c.want {
				t.Errorf("noted %+v", notes)
			}
		})
	}
}

func TestNewsCountsOnUntilSomebodyLooks(t *testing.T) {
	speak(t)
	var n news
	step := func(transfers ...*uploader.Transfer) []string {
		s := batched(transfers...)
		var told []string
		for _, note := range n.follow(summed(s), tallyOf(s, nil)) {
			told = append(told, note.Key+": "+note.Title+", "+note.Body)
		}
		return told
	}
	two, three := inBatch(2), inBatch(3)
	step(transfer(1, sending, two), transfer(4, sending, three))
	step(transfer(1, done, two), transfer(4, sending, three))
	if diff := cmp.Diff([]string{"finished: 2 uploads finished, 8.0 GB"}, step(transfer(1, done, two), transfer(4, done, three))); diff != "" {
		t.Error(diff)
	}
	n.seen()
	step(transfer(5, sending, inBatch(4)))
	if diff := cmp.Diff([]string{"finished: 1 upload finished, 4.0 GB"}, step(transfer(5, done, inBatch(4)))); diff != "" {
		t.Error(diff)
	}
}

func TestNewsTellsWhatIsWanted(t *testing.T) {
	all := settings.Default().Notifications
	for _, c := range []struct {
		key    string
		change func(*settings.Notifications)
	}{
		{noteFinished, func(n *settings.Notifications) { n.Finished = false }},
		{noteTrouble, func(n *settings.Notifications) { n.NeedsYou = false }},
	} {
		some := all
		c.change(&some)
		if !wanted(c.key, all) || wanted(c.key, some) {
			t.Errorf("%s is not as it was chosen", c.key)
		}
	}
}

func TestNewsOfTheProfile(t *testing.T) {
	s := raise(t, newFakeEngine(transfer(1, holding(gigabyte))), func(c *Config, _ *fakeDesktop) { c.News = "The database was damaged." })
	if got := s.window.banner.model(); got.Text != "The database was damaged." || !s.window.banner.content.Visible() {
		t.Errorf("said %q", got.Text)
	}
	s.window.banner.model().OnDismiss()
	if got := s.window.banner.model().Text; got != "Resuming 1 upload · 1.0 of 4.0 GB already uploaded" {
		t.Errorf("then said %q", got)
	}
	s.window.banner.model().OnDismiss()
	if s.window.banner.content.Visible() {
		t.Error("an empty banner stays")
	}
}
