package view

import (
	"fmt"
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

// TestFinishedNotificationCountsWhatFinished: a snapshot is looked at every two seconds, in
// which batches are added and finish.
func TestFinishedNotificationCountsWhatFinished(t *testing.T) {
	apptest.LoadEnglish(t)
	file := func(id uploader.TransferID, batch uploader.BatchID, options ...func(*uploader.Transfer)) *uploader.Transfer {
		return apptest.Transfer(id, append(options, apptest.InBatch(batch))...)
	}
	snapshot := func(transfers ...*uploader.Transfer) *uploader.Snapshot {
		s := apptest.Batched(transfers...)
		for id, batch := range s.Batches {
			batch.Roots = []string{fmt.Sprintf("/x/%d.mov", id)}
		}
		return s
	}
	done := apptest.Done
	type step struct {
		after *uploader.Snapshot
		want  string // "" for no notification
		seen  bool   // the user sees the window afterwards
	}
	for name, steps := range map[string][]step{
		"batches finish one after the other": {
			{snapshot(file(1, 2, apptest.Sending), file(4, 3, apptest.Sending)), "", false},
			{snapshot(file(1, 2, done), file(4, 3, apptest.Sending)), "1 upload finished, 2.mov · 4.0 GB, [1]", false},
			{snapshot(file(1, 2, done), file(4, 3, done)), "2 uploads finished, 2.mov, 3.mov · 8.0 GB, [1 4]", true},
			{snapshot(file(1, 2, done), file(4, 3, done), file(5, 4, done)), "1 upload finished, 4.mov · 4.0 GB, [5]", false},
		},
		"batches are added and finish between two looks": {
			{snapshot(file(1, 2, apptest.Sending)), "", false},
			{snapshot(file(1, 2, done), file(2, 3, done), file(3, 4, done), file(4, 5, done)), "4 uploads finished, 2.mov, 3.mov and 2 more · 16.0 GB, [1 2 3 4]", false},
		},
		"the rest of a batch finishes after a retry": {
			{snapshot(file(1, 2, done), file(2, 2, apptest.Sending)), "", false},
			{snapshot(file(1, 2, done), file(2, 2, apptest.Failed(fault.Refused))), "1 upload finished, 2.mov · 4.0 GB, [1]", true},
			{snapshot(file(1, 2, done), file(2, 2, apptest.Sending)), "", false},
			{snapshot(file(1, 2, done), file(2, 2, done, finishedAt(9))), "1 upload finished, 2.mov · 4.0 GB, [2]", false},
		},
		"a finished batch is removed": {
			{snapshot(file(1, 2, done), file(2, 3, apptest.Sending)), "", false},
			{snapshot(file(2, 3, apptest.Sending)), "", false},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var n Notifications
			for i, step := range steps {
				got := ""
				for _, note := range n.Update(apptest.Summed(step.after), CountsOf(step.after, nil)) {
					if note.Key == NoteFinished {
						got = fmt.Sprintf("%s, %s, %v", note.Title, note.Body, note.Finished)
					}
				}
				if got != step.want {
					t.Errorf("step %d: got %q, want %q", i, got, step.want)
				}
				if step.seen {
					n.Reset()
				}
			}
		})
	}
}

func finishedAt(minutes int) func(*uploader.Transfer) {
	return func(t *uploader.Transfer) {
		t.Finished = uploader.TimestampOf(apptest.Noon.Add(apptest.Minutes(minutes)))
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
