package view

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestButtons(t *testing.T) {
	elsewhere := func(t *uploader.Transfer) { t.Server = 2 }
	tests := []struct {
		name string
		t    *uploader.Transfer
		want []Action
	}{
		{"waiting for its turn", apptest.Transfer(1), []Action{ActionPause, ActionCancel}},
		{"uploading", apptest.Transfer(1, apptest.Sending), []Action{ActionPause, ActionCancel}},
		{"paused", apptest.Transfer(1, apptest.Paused), []Action{ActionResume, ActionCancel}},
		{"without network it may be tried now", apptest.Transfer(1, apptest.Waiting(fault.Offline)), []Action{ActionRetry, ActionPause, ActionCancel}},
		{"changed", apptest.Transfer(1, apptest.Failed(fault.SourceChanged)), []Action{ActionRetry, ActionRemove}},
		{"too large for its server", apptest.Transfer(1, apptest.Failed(fault.TooLarge)), []Action{ActionOtherServer, ActionRemove}},
		{"refused", apptest.Transfer(1, apptest.Failed(fault.Refused)), []Action{ActionRetry, ActionRemove}},
		{"done here can be shown", apptest.Transfer(1, apptest.Done), []Action{ActionReveal, ActionRemove}},
		{"done elsewhere has a link", apptest.Transfer(1, apptest.Done, apptest.Acknowledged(4*apptest.Gigabyte), elsewhere), []Action{ActionCopyLink, ActionRemove}},
		{"what is missing can be shown where it is", apptest.Transfer(1, apptest.Failed(fault.SourceMissing)), []Action{ActionLocate, ActionRemove}},
		{"uploaded before: again, or the old link", apptest.Transfer(1, apptest.Failed(fault.AlreadyUploaded), elsewhere), []Action{ActionRetry, ActionCopyPriorLink, ActionRemove}},
		{"maybe begun before: that one, or a new file", apptest.Transfer(1, apptest.Failed(fault.AmbiguousMatch)), []Action{ActionContinue, ActionRetry, ActionRemove}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, situationOf([]*uploader.Transfer{test.t}).buttons()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
