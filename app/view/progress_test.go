package view

import (
	"testing"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestBarDoesNotMoveBack(t *testing.T) {
	high := HighWater{}
	upload := func(url string, sent int64) *uploader.Transfer {
		return apptest.Transfer(1, apptest.Sending, func(t *uploader.Transfer) { t.Session = uploader.Session{URL: url, Offset: sent, Sent: sent} })
	}
	steps := []struct {
		name string
		t    *uploader.Transfer
		sent int64
		want int64
	}{
		{"more bytes sent", upload("a", 1000), 1500, 1500},
		{"unacknowledged bytes lost", upload("a", 1000), 1000, 1500},
		{"lost bytes sent again", upload("a", 1600), 1700, 1700},
		{"new upload starts over", upload("b", 0), 10, 10},
		{"more of it is sent", upload("b", 0), 900, 900},
		{"it is paused", apptest.Transfer(1, apptest.Sending, apptest.Paused), 300, 300},
		{"it is resumed", upload("b", 300), 300, 300},
	}
	for _, step := range steps {
		if got := high.Raise(step.t, step.sent); got != step.want {
			t.Errorf("%s: got %d, want %d", step.name, got, step.want)
		}
	}
	high.Raise(apptest.Transfer(1, apptest.Done), 4*apptest.Gigabyte)
	if len(high) != 0 {
		t.Error("a finished upload is still in the map")
	}
}

func TestBatchBarDoesNotMoveBack(t *testing.T) {
	high := BatchHighWater{}
	sending := [uploader.NumStates]int{uploader.StateUploading: 1}
	steps := []struct {
		name string
		sum  uploader.BatchTotals
		want int64
	}{
		{"more bytes sent", uploader.BatchTotals{Count: sending, Bytes: 4000, Sent: 1500}, 1500},
		{"unacknowledged bytes lost", uploader.BatchTotals{Count: sending, Bytes: 4000, Sent: 1000}, 1500},
		{"lost bytes sent again", uploader.BatchTotals{Count: sending, Bytes: 4000, Sent: 1700}, 1700},
		{"all is paused", uploader.BatchTotals{Bytes: 4000, Sent: 1650}, 1650},
		{"the batch grows", uploader.BatchTotals{Count: sending, Bytes: 5000, Sent: 1600}, 1600},
	}
	for _, step := range steps {
		if got := high.Raise(1, step.sum); got != step.want {
			t.Errorf("%s: got %d, want %d", step.name, got, step.want)
		}
	}
	high.Raise(2, uploader.BatchTotals{})
	high.Keep(map[uploader.BatchID]*uploader.Batch{2: {}})
	if _, kept := high[2]; len(high) != 1 || !kept {
		t.Errorf("kept %v", high)
	}
}

func TestProgressOf(t *testing.T) {
	empty := apptest.Transfer(1, apptest.Sending, func(t *uploader.Transfer) { t.Source.Size = 0 })
	sending := apptest.Snapshot(apptest.Transfer(1, apptest.Sending, apptest.Acknowledged(apptest.Gigabyte)))
	sending.Progress[1] = uploader.Progress{Sent: 2 * apptest.Gigabyte}
	stopping := apptest.Snapshot(apptest.Transfer(1, apptest.Sending, apptest.Paused, apptest.Acknowledged(apptest.Gigabyte)))
	stopping.Progress[1] = uploader.Progress{Sent: 2 * apptest.Gigabyte}
	stopped := apptest.Snapshot(apptest.Transfer(1, apptest.Paused, apptest.Acknowledged(apptest.Gigabyte)))
	tests := []struct {
		name string
		s    *uploader.Snapshot
		want Progress
	}{
		{"sent bytes are ahead of acknowledged bytes", sending, Progress{Acked: 0.25, Sent: 0.5}},
		{"paused while its worker still runs", stopping, Progress{Acked: 0.25, Sent: 0.5}},
		{"paused", stopped, Progress{Acked: 0.25, Sent: 0.25}},
		{"empty file", apptest.Snapshot(empty), Progress{}},
		{"done", apptest.Snapshot(apptest.Transfer(1, apptest.Done)), Progress{Acked: 1, Sent: 1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := ProgressOf(test.s, test.s.Transfers.At(0), 0); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestEveryStateHasOwnIcon(t *testing.T) {
	seen := map[theme.IconName]uploader.State{}
	for _, state := range uploader.States() {
		icon, _ := StateIcon(state)
		if other, ok := seen[icon]; ok {
			t.Errorf("%v and %v have the same icon", state, other)
		}
		seen[icon] = state
	}
}

func TestRowsThatNeedAttentionHaveLabelledButton(t *testing.T) {
	apptest.LoadEnglish(t)
	kinds := map[fault.Kind]string{fault.SourceChanged: "Start over", fault.Gone: "Start over", fault.Refused: "Try again", fault.TooLarge: "Change server…", fault.SourceMissing: "Locate…", fault.Auth: "Sign in…", fault.AlreadyUploaded: "Upload again", fault.AmbiguousMatch: "Resume earlier upload"}
	for kind, want := range kinds {
		buttons := buttonsOf(situationOf([]*uploader.Transfer{apptest.Transfer(1, apptest.Failed(kind))}))
		if button := buttons[len(buttons)-1]; !button.Prominent || button.Label != want {
			t.Errorf("%v: got button %+v", kind, button)
		}
	}
}

func TestHighWaterForgetsRemovedTransfers(t *testing.T) {
	high := HighWater{}
	kept, removed := apptest.Transfer(1, apptest.Sending), apptest.Transfer(2, apptest.Sending)
	high.Raise(kept, 5)
	high.Raise(removed, 6)
	high.Keep(uploader.RowsOf(kept, &uploader.Transfer{ID: 3}))
	if len(high) != 1 || high.Raise(kept, 4) != 5 {
		t.Errorf("left: %v", high)
	}
}
