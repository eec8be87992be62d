package view

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestTrayOf(t *testing.T) {
	apptest.LoadEnglish(t)
	sending := apptest.Snapshot(apptest.Transfer(1, apptest.Sending, apptest.Acknowledged(apptest.Gigabyte)), apptest.Transfer(2))
	sending.Totals.Rate, sending.Totals.ETA = 12.4e6, 4*time.Minute
	storeFault := apptest.Snapshot(apptest.Transfer(1, apptest.Sending))
	storeFault.StoreFault = fault.New(fault.LocalDisk, fault.Save, nil)
	tests := []struct {
		name        string
		s           *uploader.Snapshot
		interrupted bool
		want        Tray
	}{
		{"no uploads", apptest.Snapshot(apptest.Transfer(1, apptest.Done)), false, Tray{
			State: TrayIdle, Status: "No uploads", Tooltip: "No uploads", Recent: [MaxRecent]RecentUpload{{ID: 1, Name: "interview.mov", Received: true}},
		}},
		{"uploading", sending, false, Tray{
			State: TrayActive, Eighths: 1, Status: "1 uploading · 1 waiting · about 4 min", Tooltip: "1 uploading · 1 waiting · 12 % · 12.4 MB/s · about 4 min", Pause: true,
		}},
		{"all paused", apptest.Snapshot(apptest.Transfer(1, apptest.Paused, apptest.Acknowledged(apptest.Gigabyte)), apptest.Transfer(2, apptest.Paused)), false, Tray{
			State: TrayPaused, Status: "2 paused", Tooltip: "2 paused", Paused: true,
		}},
		{"one failed", apptest.Snapshot(apptest.Transfer(1, apptest.Failed(fault.Refused))), false, Tray{
			State: TrayAttention, Status: "1 upload needs attention", Tooltip: "1 upload needs attention",
		}},
		{"interrupted uploads, one paused by the user", apptest.Snapshot(apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte)), apptest.Transfer(2, apptest.Paused)), true, Tray{
			State: TrayAttention, Status: "1 waiting for your decision · 1 paused", Tooltip: "1 waiting for your decision · 1 paused", Paused: true, Resume: "Resume 1 unfinished upload (3.0 GB left)",
		}},
		{"interrupted uploads only: one item resumes them", apptest.Snapshot(apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte)), apptest.Transfer(2)), true, Tray{
			State: TrayAttention, Status: "2 waiting for your decision", Tooltip: "2 waiting for your decision", Resume: "Resume 2 unfinished uploads (7.0 GB left)",
		}},
		{"offline", apptest.Snapshot(apptest.Transfer(1, apptest.Waiting(fault.Offline)), apptest.Transfer(2)), false, Tray{
			State: TrayActive, Status: "Waiting for the network", Tooltip: "Waiting for the network · 0 %", Pause: true,
		}},
		{"connection lost", apptest.Snapshot(apptest.Transfer(1, apptest.Waiting(fault.Transient))), false, Tray{
			State: TrayActive, Status: "Waiting to retry", Tooltip: "Waiting to retry · 0 %", Pause: true,
		}},
		{"loading", &uploader.Snapshot{Loading: true}, false, Tray{State: TrayIdle, Status: "Loading uploads…", Tooltip: "Loading uploads…"}},
		{"store fault", storeFault, false, Tray{
			State: TrayAttention, Status: "Ferry can't save its data", Tooltip: "Ferry can't save its data", Pause: true,
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var interrupted *Interrupted
			if test.interrupted {
				interrupted = FindInterrupted(test.s)
			}
			got := TrayOf(test.s, CountsOf(test.s, interrupted), interrupted)
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(Tray{}, RecentUpload{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}
