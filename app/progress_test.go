package app

import (
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestBarNeverGoesBack(t *testing.T) {
	high := highWater{}
	upload := func(url string, sent int64) *uploader.Transfer {
		return transfer(1, sending, func(t *uploader.Transfer) { t.Session = uploader.Session{URL: url, Offset: sent, Sent: sent} })
	}
	steps := []struct {
		name string
		t    *uploader.Transfer
		sent int64
		want int64
	}{
		{"it rises", upload("a", 1000), 1500, 1500},
		{"bytes under way are lost", upload("a", 1000), 1000, 1500},
		{"they are sent again", upload("a", 1600), 1700, 1700},
		{"another upload begins at its own start", upload("b", 0), 10, 10},
	}
	for _, step := range steps {
		if got := high.rise(step.t, step.sent); got != step.want {
			t.Errorf("%s: shown at %d, want %d", step.name, got, step.want)
		}
	}
	high.rise(transfer(1, done), 4*gigabyte)
	if len(high) != 0 {
		t.Error("a finished upload is remembered for ever")
	}
}

func TestBarOfABatchNeverGoesBack(t *testing.T) {
	high := batchHighWater{}
	steps := []struct {
		name string
		sum  uploader.Sum
		want int64
	}{
		{"it rises", uploader.Sum{Bytes: 4000, Sent: 1500}, 1500},
		{"bytes under way are lost", uploader.Sum{Bytes: 4000, Sent: 1000}, 1500},
		{"they are sent again", uploader.Sum{Bytes: 4000, Sent: 1700}, 1700},
		{"the batch grows", uploader.Sum{Bytes: 5000, Sent: 1600}, 1600},
	}
	for _, step := range steps {
		if got := high.rise(1, step.sum); got != step.want {
			t.Errorf("%s: shown at %d, want %d", step.name, got, step.want)
		}
	}
	high.rise(2, uploader.Sum{})
	high.keep(map[uploader.BatchID]*uploader.Batch{2: {}})
	if _, kept := high[2]; len(high) != 1 || !kept {
		t.Errorf("kept %v", high)
	}
}

func TestProgressOf(t *testing.T) {
	empty := transfer(1, sending, func(t *uploader.Transfer) { t.Source.Size = 0 })
	moving := snapshotOf(transfer(1, sending, holding(gigabyte)))
	moving.Live[1] = uploader.Live{Sent: 2 * gigabyte}
	tests := []struct {
		name string
		s    *uploader.Snapshot
		want progress
	}{
		{"what is on its way lies above what the server has", moving, progress{held: 0.25, sent: 0.5}},
		{"an empty file has no progress until it is done", snapshotOf(empty), progress{}},
		{"done is all", snapshotOf(transfer(1, done)), progress{held: 1, sent: 1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := progressOf(test.s, test.s.Transfers[0], 0); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestEveryStateHasItsOwnSign(t *testing.T) {
	seen := map[theme.IconName]uploader.State{}
	for _, state := range uploader.States() {
		icon, _ := signOf(state)
		if other, taken := seen[icon]; taken {
			t.Errorf("%v and %v look the same", state, other)
		}
		seen[icon] = state
	}
}

func TestWhatNeedsAPersonShowsItsWayOut(t *testing.T) {
	speak(t)
	kinds := map[fault.Kind]string{fault.SourceChanged: "Start over", fault.Gone: "Start over", fault.Refused: "Try again", fault.TooLarge: "Change server…", fault.SourceMissing: "Locate…", fault.Auth: "Sign in…", fault.Uploaded: "Upload again", fault.Several: "Resume earlier upload"}
	for kind, want := range kinds {
		buttons := buttonsOf(situationOf([]*uploader.Transfer{transfer(1, failed(kind))}))
		if button := buttons[len(buttons)-1]; !button.Prominent || button.Label != want {
			t.Errorf("%v offers %+v", kind, button)
		}
	}
}
