package view

import (
	"testing"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestLauncherOf(t *testing.T) {
	quarter := apptest.Snapshot(apptest.Transfer(1, apptest.Sending, apptest.Acknowledged(apptest.Gigabyte)))
	for _, test := range []struct {
		name string
		s    *uploader.Snapshot
		want Launcher
	}{
		{"no uploads", apptest.Snapshot(apptest.Transfer(1, apptest.Done)), Launcher{}},
		{"uploading", quarter, Launcher{ShowsProgress: true, Percent: 25, Count: 1}},
		{"paused", apptest.Snapshot(apptest.Transfer(1, apptest.Paused, apptest.Acknowledged(apptest.Gigabyte))), Launcher{ShowsProgress: true, Percent: 25, Paused: true}},
		{"uploading, another one paused", apptest.Snapshot(apptest.Transfer(1, apptest.Sending, apptest.Acknowledged(apptest.Gigabyte)), apptest.Transfer(2, apptest.Paused)), Launcher{ShowsProgress: true, Percent: 25, Count: 1}},
		{"failed", apptest.Snapshot(apptest.Transfer(1, apptest.Failed(fault.Refused))), Launcher{Urgent: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := LauncherOf(test.s, CountsOf(test.s, nil), nil); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}
