package frame

import (
	"testing"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestConnectionOf(t *testing.T) {
	tests := []struct {
		name string
		s    *uploader.Snapshot
		want connection
	}{
		{"nothing to send", apptest.Snapshot(apptest.Transfer(1, apptest.Done)), ready},
		{"sending", apptest.Snapshot(apptest.Transfer(1, apptest.Sending), apptest.Transfer(2, apptest.Waiting(fault.Offline))), connected},
		{"no network", apptest.Snapshot(apptest.Transfer(1, apptest.Waiting(fault.Offline))), offline},
		{"lost connection", apptest.Snapshot(apptest.Transfer(1, apptest.Waiting(fault.Transient))), unreachable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := connectionOf(test.s); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
