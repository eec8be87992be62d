package platform_test

import (
	"testing"

	"github.com/ferryapp/ferry/app/platform"
)

func TestTaskbar(t *testing.T) {
	for _, test := range []struct {
		name  string
		state platform.LauncherState
		want  platform.TaskbarState
		done  uint64 // of 1,000
	}{
		{"nothing", platform.LauncherState{}, platform.TaskbarNone, 0},
		{"uploading", platform.LauncherState{ShowsProgress: true, Progress: 0.25, Count: 3}, platform.TaskbarNormal, 250},
		{"paused", platform.LauncherState{ShowsProgress: true, Progress: 0.5, Paused: true}, platform.TaskbarPaused, 500},
		{"uploading, and one has failed", platform.LauncherState{ShowsProgress: true, Progress: 0.25, Urgent: true}, platform.TaskbarError, 250},
		{"failed", platform.LauncherState{Urgent: true}, platform.TaskbarError, 1000},
		{"more than all", platform.LauncherState{ShowsProgress: true, Progress: 1.5}, platform.TaskbarNormal, 1000},
	} {
		t.Run(test.name, func(t *testing.T) {
			if state, done := test.state.Taskbar(); state != test.want || done != test.done {
				t.Errorf("shows %d with %d of 1000, want %d with %d", state, done, test.want, test.done)
			}
		})
	}
}
