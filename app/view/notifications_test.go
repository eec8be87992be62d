package view

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestNotifications(t *testing.T) {
	apptest.LoadEnglish(t)
	two := apptest.InBatch(2)
	walking := apptest.Batched(apptest.Transfer(1, apptest.Done, two))
	walking.Batches[2] = &uploader.Batch{ID: 2}
	sick := apptest.Snapshot()
	sick.StoreFault = fault.New(fault.LocalDisk, fault.Save, nil)
	tests := []struct {
		name          string
		before, after *uploader.Snapshot
		want          []string
	}{
		{"what was added together and is across is told once", apptest.Batched(apptest.Transfer(1, apptest.Sending, two), apptest.Transfer(2, two)), apptest.Batched(apptest.Transfer(1, apptest.Done, two), apptest.Transfer(2, apptest.Done, two)), []string{"2 uploads finished"}},
		{"as long as something of it is under way nothing is told", apptest.Batched(apptest.Transfer(1, apptest.Sending, two), apptest.Transfer(2, two)), apptest.Batched(apptest.Transfer(1, apptest.Done, two), apptest.Transfer(2, apptest.Sending, two)), nil},
		{"nor while something of it is paused", apptest.Batched(apptest.Transfer(1, apptest.Sending, two), apptest.Transfer(2, two)), apptest.Batched(apptest.Transfer(1, apptest.Done, two), apptest.Transfer(2, apptest.Paused, two)), nil},
		{"nor while a folder is still being looked through", walking, walking, nil},
		{"when that ends, it is", walking, apptest.Batched(apptest.Transfer(1, apptest.Done, two)), []string{"1 upload finished"}},
		{"what was across before is no news", apptest.Batched(apptest.Transfer(1, apptest.Done, two)), apptest.Batched(apptest.Transfer(1, apptest.Done, two)), nil},
		{"what was removed is no news", apptest.Batched(apptest.Transfer(1, apptest.Sending, two)), apptest.Snapshot(), nil},
		{"what failed altogether has not finished", apptest.Batched(apptest.Transfer(1, apptest.Sending, two)), apptest.Batched(apptest.Transfer(1, apptest.Failed(fault.Refused), two)), []string{"1 upload needs attention"}},
		{"what partly failed has both", apptest.Batched(apptest.Transfer(1, apptest.Sending, two), apptest.Transfer(2, apptest.Sending, two)), apptest.Batched(apptest.Transfer(1, apptest.Done, two), apptest.Transfer(2, apptest.Failed(fault.Auth), two)), []string{"1 upload finished", "1 upload needs attention"}},
		{"trouble that stays is told once", apptest.Batched(apptest.Transfer(1, apptest.Failed(fault.Auth))), apptest.Batched(apptest.Transfer(1, apptest.Failed(fault.Auth))), nil},
		{"a disk that cannot be written is told", apptest.Snapshot(), sick, []string{"Ferry can't save its data"}},
		{"and once", sick, sick, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var n Notifications
			if notes := n.Update(apptest.Summed(test.before), CountsOf(test.before, nil)); len(notes) > 0 {
				t.Errorf("what was there at the start was told: %+v", notes)
			}
			var got []string
			for _, note := range n.Update(apptest.Summed(test.after), CountsOf(test.after, nil)) {
				got = append(got, note.Title)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNotificationBody(t *testing.T) {
	apptest.LoadEnglish(t)
	named := func(path string) func(*uploader.Transfer) {
		return func(t *uploader.Transfer) { t.Source.Path = path }
	}
	rooted := func(root string, transfers ...*uploader.Transfer) *uploader.Snapshot {
		s := apptest.Batched(transfers...)
		s.Batches[2].Roots = []string{root}
		return s
	}
	two, evil := apptest.InBatch(2), named(`/x/<b>&"; rm`)
	studio := func(t *uploader.Transfer) { t.Server = 2 }
	tests := []struct {
		name          string
		before, after *uploader.Snapshot
		want          string
	}{
		{"one file has its name, which is text", rooted(`/x/<b>&"; rm`, apptest.Transfer(1, apptest.Sending, two, evil)), rooted(`/x/<b>&"; rm`, apptest.Transfer(1, apptest.Done, two, evil)), `<b>&"; rm · 4.0 GB`},
		{"a folder has its name", rooted("/x/Iceland", apptest.Transfer(1, apptest.Sending, two), apptest.Transfer(3, apptest.Done, two)), rooted("/x/Iceland", apptest.Transfer(1, apptest.Done, two), apptest.Transfer(3, apptest.Done, two)), "Iceland · 8.0 GB"},
		{"one that is stuck has its name and why", apptest.Batched(apptest.Transfer(1, apptest.Sending, two)), apptest.Batched(apptest.Transfer(1, apptest.Failed(fault.SourceMissing), two)), "interview.mov · The file can't be found"},
		{"several that are stuck are counted only", apptest.Batched(apptest.Transfer(1, two), apptest.Transfer(3, two)), apptest.Batched(apptest.Transfer(1, apptest.Failed(fault.Refused), two), apptest.Transfer(3, apptest.Failed(fault.Gone), two)), "Open Ferry for details."},
		{"a sign-in is one thing, however many wait for it", apptest.Batched(apptest.Transfer(1, two, studio), apptest.Transfer(3, two, studio)), apptest.Batched(apptest.Transfer(1, apptest.Failed(fault.Auth), two, studio), apptest.Transfer(3, apptest.Failed(fault.Auth), two, studio)), "“Studio” requires sign-in."},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			var n Notifications
			n.Update(apptest.Summed(c.before), CountsOf(c.before, nil))
			notes := n.Update(apptest.Summed(c.after), CountsOf(c.after, nil))
			if len(notes) != 1 || notes[0].Body != c.want {
				t.Errorf("noted %+v", notes)
			}
		})
	}
}

func TestFinishedNotificationAccumulates(t *testing.T) {
	apptest.LoadEnglish(t)
	var n Notifications
	step := func(transfers ...*uploader.Transfer) []string {
		s := apptest.Batched(transfers...)
		var told []string
		for _, note := range n.Update(apptest.Summed(s), CountsOf(s, nil)) {
			told = append(told, note.Key+": "+note.Title+", "+note.Body)
		}
		return told
	}
	two, three := apptest.InBatch(2), apptest.InBatch(3)
	step(apptest.Transfer(1, apptest.Sending, two), apptest.Transfer(4, apptest.Sending, three))
	step(apptest.Transfer(1, apptest.Done, two), apptest.Transfer(4, apptest.Sending, three))
	if diff := cmp.Diff([]string{"finished: 2 uploads finished, 8.0 GB"}, step(apptest.Transfer(1, apptest.Done, two), apptest.Transfer(4, apptest.Done, three))); diff != "" {
		t.Error(diff)
	}
	n.Reset()
	step(apptest.Transfer(5, apptest.Sending, apptest.InBatch(4)))
	if diff := cmp.Diff([]string{"finished: 1 upload finished, 4.0 GB"}, step(apptest.Transfer(5, apptest.Done, apptest.InBatch(4)))); diff != "" {
		t.Error(diff)
	}
}

func TestNotificationSettings(t *testing.T) {
	all := settings.Default().Notifications
	for _, c := range []struct {
		key    string
		change func(*settings.Notifications)
	}{
		{NoteFinished, func(n *settings.Notifications) { n.Finished = false }},
		{NoteTrouble, func(n *settings.Notifications) { n.NeedsAttention = false }},
	} {
		some := all
		c.change(&some)
		if !NotificationWanted(c.key, all) || NotificationWanted(c.key, some) {
			t.Errorf("%s is not as it was chosen", c.key)
		}
	}
}
