package settings_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memory is a Store without a disk.
type memory struct {
	mu     sync.Mutex
	saved  map[string]json.RawMessage
	broken error
}

func (m *memory) Setting(_ context.Context, key string) (json.RawMessage, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.saved[key], m.broken
}

func (m *memory) SaveSetting(_ context.Context, key string, value json.RawMessage) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken != nil {
		return m.broken
	}
	m.saved[key] = value
	return nil
}

func (m *memory) breaks(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.broken = err
}

func holding(text string) *memory {
	return &memory{saved: map[string]json.RawMessage{"settings": json.RawMessage(text)}}
}

func open(t *testing.T, store settings.Store) *settings.Book {
	t.Helper()
	return settings.Open(t.Context(), store, slog.New(slog.DiscardHandler))
}

// unusual are settings of which none is the default.
func unusual() settings.Settings {
	return settings.Settings{
		Transfers: uploader.Settings{
			Simultaneous: 5, Connections: 2, Limit: 4_000_000,
			Schedule: uploader.Schedule{{
				Days: [7]bool{1: true, 5: true}, From: 22 * time.Hour, Until: 6*time.Hour + 30*time.Minute, Limit: -1,
			}},
			Metered: uploader.MeteredHold, Fingerprint: "content", Proof: uploader.ProofWhole, Sum: true,
			Ignore: []string{"*.tmp", "数据?"}, Hidden: false, Links: true, Settle: 10 * time.Second,
			History: uploader.History{Most: 50, Age: 24 * time.Hour},
		},
		Start: settings.Start{OnStart: settings.OnStartAsk, AtLogin: true},
		Look:  settings.Look{Language: words.Chinese, Theme: settings.ThemeDark, Scale: 1.5},
	}
}

func TestWhatIsChosenIsThereNextTime(t *testing.T) {
	store := holding("")
	book := open(t, store)
	if diff := cmp.Diff(settings.Default(), book.Get()); diff != "" {
		t.Errorf("nothing chosen yet (-want +got):\n%s", diff)
	}
	ctx, stop := context.WithCancel(t.Context())
	book.Update(func(s *settings.Settings) { *s = unusual() })
	stop()
	if err := book.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(unusual(), open(t, store).Get()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAChangeIsToldAndSavedOnceItIsMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := holding("")
		book := open(t, store)
		ctx, stop := context.WithCancel(t.Context())
		news := book.Watch(ctx)
		ended := make(chan error, 1)
		go func() { ended <- book.Run(ctx) }()
		book.Update(func(s *settings.Settings) { s.Transfers.Limit = 7 })
		<-news
		if got := book.Get().Transfers.Limit; got != 7 {
			t.Errorf("told of limit %d", got)
		}
		synctest.Wait()
		if got := open(t, store).Get().Transfers.Limit; got != 7 {
			t.Errorf("saved limit %d", got)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if _, isOpen := <-news; isOpen {
			t.Error("there is news after the end")
		}
	})
}

func TestADiskThatWasFullKeepsNothingBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := holding("")
		book := open(t, store)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- book.Run(ctx) }()
		store.breaks(errors.New("full"))
		book.Update(func(s *settings.Settings) { s.Transfers.Limit = 7 })
		synctest.Wait()
		store.breaks(nil)
		time.Sleep(time.Minute) // of the bubble
		synctest.Wait()
		if got := open(t, store).Get().Transfers.Limit; got != 7 {
			t.Errorf("saved limit %d", got)
		}
		stop()
		<-ended
	})
}

func TestTheEndSaysWhatCouldNotBeSaved(t *testing.T) {
	store, full := holding(""), errors.New("full")
	book := open(t, store)
	store.breaks(full)
	book.Update(func(s *settings.Settings) { s.Transfers.Limit = 7 })
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := book.Run(ctx); !errors.Is(err, full) {
		t.Errorf("ended with %v", err)
	}
}

func TestABookNobodyCanReadHoldsTheUsualSettings(t *testing.T) {
	store := holding("")
	store.breaks(errors.New("unreadable"))
	if diff := cmp.Diff(settings.Default(), open(t, store).Get()); diff != "" {
		t.Error(diff)
	}
}

func TestSettingsAreTheCallersOwn(t *testing.T) {
	book := open(t, holding(""))
	mine := book.Get()
	mine.Transfers.Ignore[0] = "*"
	if diff := cmp.Diff(settings.Default(), book.Get()); diff != "" {
		t.Error(diff)
	}
}

func TestParse(t *testing.T) {
	with := func(change func(*settings.Settings)) settings.Settings {
		s := settings.Default()
		change(&s)
		return s
	}
	for _, test := range []struct {
		name, saved string
		want        settings.Settings
		wrong       []string
	}{
		{"nothing was saved", ``, settings.Default(), nil},
		{"nothing was chosen", `{}`, settings.Default(), nil},
		{"null is nothing", `null`, settings.Default(), nil},
		{"no JSON", `{"transfers":`, settings.Default(), []string{"settings"}},
		{"a list", `[1,2]`, settings.Default(), []string{"settings"}},
		{"a newer Ferry's settings are passed over", `{"future":{"x":1},"transfers":{"warp":9}}`, settings.Default(), nil},
		{
			"one that is of another type leaves the others", `{"transfers":{"simultaneous":"many","limit":9}}`,
			with(func(s *settings.Settings) { s.Transfers.Limit = 9 }),
			[]string{"simultaneous"},
		},
		{
			"a section of another type leaves the others", `{"transfers":7,"look":{"scale":2}}`,
			with(func(s *settings.Settings) { s.Look.Scale = 2 }),
			[]string{"transfers"},
		},
		{
			"numbers out of bounds",
			`{"transfers":{"simultaneous":0,"connections":-1,"limit":-5,"settle":-1,"history":{"most":-1,"age":-1}},"look":{"scale":1e9}}`,
			settings.Default(),
			[]string{"simultaneous", "connections", "limit", "settle", "history.most", "history.age", "scale"},
		},
		{
			"numbers too large for their type", `{"transfers":{"limit":1e400,"simultaneous":99999999999999999999}}`,
			settings.Default(),
			[]string{"simultaneous", "limit"},
		},
		{
			"words nobody knows",
			`{"transfers":{"metered":"x","fingerprint":"x","proof":"x"},"start":{"onStart":"x"},"look":{"language":"tlh","theme":"pink"}}`,
			settings.Default(),
			[]string{"metered", "fingerprint", "proof", "onStart", "language", "theme"},
		},
		{
			"a pattern that cannot be matched", `{"transfers":{"ignore":["*.tmp","[a"]}}`,
			settings.Default(),
			[]string{"ignore"},
		},
		{
			"no patterns at all is a choice", `{"transfers":{"ignore":[]}}`,
			with(func(s *settings.Settings) { s.Transfers.Ignore = []string{} }), nil,
		},
		{
			"hours no day has", `{"transfers":{"schedule":[{"days":[true],"from":90000000000000,"until":0,"limit":0}]}}`,
			settings.Default(),
			[]string{"schedule"},
		},
		{
			"fewer and more days than a week has", `{"transfers":{"schedule":[{"days":[true,false,false,false,false,false,true,true,true]}]}}`,
			with(func(s *settings.Settings) {
				s.Transfers.Schedule = uploader.Schedule{{Days: [7]bool{0: true, 6: true}}}
			}), nil,
		},
		{
			"more hours than anyone has", `{"transfers":{"schedule":[` + strings.Repeat(`{},`, 200) + `{}]}}`,
			settings.Default(),
			[]string{"schedule"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, wrong := settings.Parse(json.RawMessage(test.saved))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.wrong, wrong); diff != "" {
				t.Errorf("wrong (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"transfers":{"simultaneous":5,"schedule":[{"days":[true],"from":1,"until":2,"limit":-1}]},"look":{"scale":2,"language":"en"}}`))
	f.Add([]byte(`{"transfers":null,"start":{"onStart":[]}}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, saved []byte) {
		got, _ := settings.Parse(saved)
		text, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		again, wrong := settings.Parse(text)
		if len(wrong) > 0 {
			t.Errorf("what was understood is wrong: %v", wrong)
		}
		if diff := cmp.Diff(got, again); diff != "" {
			t.Errorf("read again (-want +got):\n%s", diff)
		}
	})
}
