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
	inBatch2 := apptest.InBatch(2)
	scanning := apptest.Batched(apptest.Transfer(1, apptest.Done, inBatch2))
	scanning.Batches[2] = &uploader.Batch{ID: 2}
	storeFault := apptest.Snapshot()
	storeFault.StoreFault = fault.New(fault.LocalDisk, fault.Save, nil)
	tests := []struct {
		name          string
		before, after *uploader.Snapshot
		want          []string
	}{
		{"batch finished", apptest.Batched(apptest.Transfer(1, apptest.Sending, inBatch2), apptest.Transfer(2, inBatch2)), apptest.Batched(apptest.Transfer(1, apptest.Done, inBatch2), apptest.Transfer(2, apptest.Done, inBatch2)), []string{"2 uploads finished"}},
		{"batch with one file still uploading", apptest.Batched(apptest.Transfer(1, apptest.Sending, inBatch2), apptest.Transfer(2, inBatch2)), apptest.Batched(apptest.Transfer(1, apptest.Done, inBatch2), apptest.Transfer(2, apptest.Sending, inBatch2)), nil},
		{"batch with one file paused", apptest.Batched(apptest.Transfer(1, apptest.Sending, inBatch2), apptest.Transfer(2, inBatch2)), apptest.Batched(apptest.Transfer(1, apptest.Done, inBatch2), apptest.Transfer(2, apptest.Paused, inBatch2)), nil},
		{"batch still being scanned", scanning, scanning, nil},
		{"scan finished after the upload", scanning, apptest.Batched(apptest.Transfer(1, apptest.Done, inBatch2)), []string{"1 upload finished"}},
		{"batch finished before", apptest.Batched(apptest.Transfer(1, apptest.Done, inBatch2)), apptest.Batched(apptest.Transfer(1, apptest.Done, inBatch2)), nil},
		{"batch removed", apptest.Batched(apptest.Transfer(1, apptest.Sending, inBatch2)), apptest.Snapshot(), nil},
		{"all files failed", apptest.Batched(apptest.Transfer(1, apptest.Sending, inBatch2)), apptest.Batched(apptest.Transfer(1, apptest.Failed(fault.Refused), inBatch2)), []string{"1 upload needs attention"}},
		{"one file done, one failed", apptest.Batched(apptest.Transfer(1, apptest.Sending, inBatch2), apptest.Transfer(2, apptest.Sending, inBatch2)), apptest.Batched(apptest.Transfer(1, apptest.Done, inBatch2), apptest.Transfer(2, apptest.Failed(fault.Auth), inBatch2)), []string{"1 upload finished", "1 upload needs attention"}},
		{"fault that was there before", apptest.Batched(apptest.Transfer(1, apptest.Failed(fault.Auth))), apptest.Batched(apptest.Transfer(1, apptest.Failed(fault.Auth))), nil},
		{"store fault", apptest.Snapshot(), storeFault, []string{"Ferry can't save its data"}},
		{"store fault that was there before", storeFault, storeFault, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var n Notifications
			if notes := n.Update(apptest.Summed(test.before), CountsOf(test.before, nil)); len(notes) > 0 {
				t.Errorf("first snapshot: got %+v", notes)
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
	inFolder := func(root string, transfers ...*uploader.Transfer) *uploader.Snapshot {
		s := apptest.Batched(transfers...)
		s.Batches[2].Roots = []string{root}
		return s
	}
	inBatch2, markup := apptest.InBatch(2), named(`/x/<b>&"; rm`)
	studio := func(t *uploader.Transfer) { t.Server = 2 }
	tests := []struct {
		name          string
		before, after *uploader.Snapshot
		want          string
	}{
		{"one file: its name, unescaped", inFolder(`/x/<b>&"; rm`, apptest.Transfer(1, apptest.Sending, inBatch2, markup)), inFolder(`/x/<b>&"; rm`, apptest.Transfer(1, apptest.Done, inBatch2, markup)), `<b>&"; rm · 4.0 GB`},
		{"one folder: its name", inFolder("/x/Iceland", apptest.Transfer(1, apptest.Sending, inBatch2), apptest.Transfer(3, apptest.Done, inBatch2)), inFolder("/x/Iceland", apptest.Transfer(1, apptest.Done, inBatch2), apptest.Transfer(3, apptest.Done, inBatch2)), "Iceland · 8.0 GB"},
		{"one failed: its name and the fault", apptest.Batched(apptest.Transfer(1, apptest.Sending, inBatch2)), apptest.Batched(apptest.Transfer(1, apptest.Failed(fault.SourceMissing), inBatch2)), "interview.mov · The file can't be found"},
		{"several failed: no details", apptest.Batched(apptest.Transfer(1, inBatch2), apptest.Transfer(3, inBatch2)), apptest.Batched(apptest.Transfer(1, apptest.Failed(fault.Refused), inBatch2), apptest.Transfer(3, apptest.Failed(fault.Gone), inBatch2)), "Open Ferry for details."},
		{"several waiting for one sign-in", apptest.Batched(apptest.Transfer(1, inBatch2, studio), apptest.Transfer(3, inBatch2, studio)), apptest.Batched(apptest.Transfer(1, apptest.Failed(fault.Auth), inBatch2, studio), apptest.Transfer(3, apptest.Failed(fault.Auth), inBatch2, studio)), "“Studio” requires sign-in."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var n Notifications
			n.Update(apptest.Summed(test.before), CountsOf(test.before, nil))
			notes := n.Update(apptest.Summed(test.after), CountsOf(test.after, nil))
			if len(notes) != 1 || notes[0].Body != test.want {
				t.Errorf("got %+v", notes)
			}
		})
	}
}

func TestFinishedNotificationAccumulates(t *testing.T) {
	apptest.LoadEnglish(t)
	var n Notifications
	step := func(transfers ...*uploader.Transfer) []string {
		s := apptest.Batched(transfers...)
		var got []string
		for _, note := range n.Update(apptest.Summed(s), CountsOf(s, nil)) {
			got = append(got, note.Key+": "+note.Title+", "+note.Body)
		}
		return got
	}
	inBatch2, inBatch3 := apptest.InBatch(2), apptest.InBatch(3)
	step(apptest.Transfer(1, apptest.Sending, inBatch2), apptest.Transfer(4, apptest.Sending, inBatch3))
	step(apptest.Transfer(1, apptest.Done, inBatch2), apptest.Transfer(4, apptest.Sending, inBatch3))
	if diff := cmp.Diff([]string{"finished: 2 uploads finished, 8.0 GB"}, step(apptest.Transfer(1, apptest.Done, inBatch2), apptest.Transfer(4, apptest.Done, inBatch3))); diff != "" {
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
		{NoteAttention, func(n *settings.Notifications) { n.NeedsAttention = false }},
	} {
		some := all
		c.change(&some)
		if !NotificationWanted(c.key, all) || NotificationWanted(c.key, some) {
			t.Errorf("%s: the setting has no effect", c.key)
		}
	}
}
