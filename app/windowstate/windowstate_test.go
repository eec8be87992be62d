package windowstate_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/app/windowstate"
	"github.com/ferryapp/ferry/uploader"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// store is a savedvalue.Store of one value.
type store struct{ saved json.RawMessage }

func (s *store) Setting(context.Context, string) (json.RawMessage, error) { return s.saved, nil }

func (s *store) SaveSetting(_ context.Context, _ string, value json.RawMessage) error {
	s.saved = value
	return nil
}

func TestStateIsSavedAndRead(t *testing.T) {
	want := windowstate.State{
		Destination: 2, HideExplained: true, Size: windowstate.Size{Width: 700, Height: 500.5},
		Position: &windowstate.Position{X: -30, Y: 40}, Maximized: true,
		OpenBatches: []uploader.BatchID{3, 9}, Selected: []int64{-3, 12}, Details: 12, Sort: "size", Release: "0.2.0",
	}
	of := &store{}
	current := windowstate.Open(t.Context(), of, slog.New(slog.DiscardHandler))
	if current.Saved() {
		t.Error("a new profile has a saved state")
	}
	current.Update(func(s *windowstate.State) { *s = want })
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := current.Run(ctx); err != nil {
		t.Fatal(err)
	}
	next := windowstate.Open(t.Context(), of, slog.New(slog.DiscardHandler))
	if diff := cmp.Diff(want, next.Get()); diff != "" || !next.Saved() {
		t.Errorf("saved %t (-want +got):\n%s", next.Saved(), diff)
	}
}

func TestStateOfNewProfile(t *testing.T) {
	of := &store{}
	if err := windowstate.SaveFirst(t.Context(), of, "0.2.0"); err != nil {
		t.Fatal(err)
	}
	got := windowstate.Open(t.Context(), of, slog.New(slog.DiscardHandler)).Get()
	if diff := cmp.Diff(windowstate.State{Release: "0.2.0"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestGetReturnsCopy(t *testing.T) {
	current := windowstate.Open(t.Context(), &store{json.RawMessage(`{"open":[1],"position":{"x":1,"y":1}}`)}, slog.New(slog.DiscardHandler))
	current.Get().OpenBatches[0], current.Get().Position.X = 7, 7
	if got := current.Get(); got.OpenBatches[0] != 1 || got.Position.X != 1 {
		t.Errorf("open batch is %d, position %v, want 1", got.OpenBatches[0], got.Position)
	}
}

func TestParse(t *testing.T) {
	tooMany, _ := json.Marshal(windowstate.State{Selected: make([]int64, windowstate.MaxSelected+1), Details: 1})
	for _, test := range []struct {
		name, saved string
		want        windowstate.State
		invalid     bool
	}{
		{name: "nothing saved"},
		{name: "unknown names", saved: `{"zoom":"name","details":4}`, want: windowstate.State{Details: 4}},
		{name: "not JSON", saved: `{"details":`, invalid: true},
		{name: "value of another type", saved: `{"details":"x"}`, invalid: true},
		{name: "size without height", saved: `{"size":{"width":900},"details":4}`, want: windowstate.State{Details: 4}},
		{name: "size no screen has", saved: `{"size":{"width":1e9,"height":300}}`},
		{name: "negative size", saved: `{"size":{"width":-1,"height":300}}`},
		{name: "position no screen has", saved: `{"position":{"x":1000000,"y":4},"maximized":true}`, want: windowstate.State{Maximized: true}},
		{name: "smallest position", saved: `{"position":{"x":4,"y":-9223372036854775808},"details":4}`, want: windowstate.State{Details: 4}},
		{name: "too many selected rows", saved: string(tooMany), want: windowstate.State{Details: 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := windowstate.Parse(json.RawMessage(test.saved))
			if diff := cmp.Diff(test.want, got); diff != "" || (err != nil) != test.invalid {
				t.Errorf("error %v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"destination":2,"size":{"width":900,"height":600},"open":[1],"selected":[-1,2],"details":2}`))
	f.Fuzz(func(t *testing.T, saved []byte) {
		state, err := windowstate.Parse(saved)
		if err != nil {
			return
		}
		text, err := json.Marshal(state)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := windowstate.Parse(text); err != nil || !cmp.Equal(state, again) {
			t.Errorf("%+v became %+v, %v", state, again, err)
		}
	})
}
