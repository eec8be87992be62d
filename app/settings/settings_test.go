package settings_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/app/savedvalue"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memoryStore is a savedvalue.Store in memory.
type memoryStore struct {
	mu    sync.Mutex
	saved map[string]json.RawMessage
	err   error // returned by all methods unless nil
}

func (m *memoryStore) Setting(_ context.Context, key string) (json.RawMessage, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.saved[key], m.err
}

func (m *memoryStore) SaveSetting(_ context.Context, key string, value json.RawMessage) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return m.err
	}
	m.saved[key] = value
	return nil
}

func (m *memoryStore) setError(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

func storeWith(text string) *memoryStore {
	return &memoryStore{saved: map[string]json.RawMessage{"settings": json.RawMessage(text)}}
}

func open(t *testing.T, store savedvalue.Store) *settings.Current {
	t.Helper()
	return settings.Open(t.Context(), store, slog.New(slog.DiscardHandler))
}

// nonDefault returns settings of which none is the default.
func nonDefault() settings.Settings {
	return settings.Settings{
		Transfers: uploader.Settings{
			MaxFiles: 5, Connections: 2, Limit: 4_000_000,
			Schedule: uploader.Schedule{{
				Days: [7]bool{1: true, 5: true}, From: 22 * time.Hour, Until: 6*time.Hour + 30*time.Minute, Limit: -1,
			}},
			Metered: uploader.MeteredHold, Fingerprint: "content", ResumeCheck: uploader.ResumeCheckAll, SendSHA256: true,
			Ignore: []string{"*.tmp", "数据?"}, IncludeHidden: false, FollowLinks: true, SettleTime: 10 * time.Second,
			History: uploader.History{MaxCount: 50, MaxAge: 24 * time.Hour},
		},
		Start:      settings.Start{OnStart: settings.OnStartAsk, AtLogin: true},
		Appearance: settings.Appearance{Language: words.Chinese, Theme: settings.ThemeDark, Scale: 1.5, Density: settings.DensityCompact, Thumbnails: true},
		Power:      settings.Power{KeepAwake: settings.KeepAwakeAlways},
		WhenDone:   settings.WhenDone{Action: settings.DoneProgram, Program: filepath.Join(os.TempDir(), "program")},
		Receiver:   settings.Receiver{Folder: filepath.Join(os.TempDir(), "received")},
	}
}

func TestSettingsAreSavedAndRead(t *testing.T) {
	store := storeWith("")
	current := open(t, store)
	if diff := cmp.Diff(settings.Default(), current.Get()); diff != "" {
		t.Errorf("without saved settings (-want +got):\n%s", diff)
	}
	ctx, stop := context.WithCancel(t.Context())
	current.Update(func(s *settings.Settings) { *s = nonDefault() })
	stop()
	if err := current.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(nonDefault(), open(t, store).Get()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestUpdateNotifiesAndSaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := storeWith("")
		current := open(t, store)
		ctx, stop := context.WithCancel(t.Context())
		watcher := current.Watch(ctx)
		returned := make(chan error, 1)
		go func() { returned <- current.Run(ctx) }()
		current.Update(func(s *settings.Settings) { s.Transfers.Limit = 7 })
		<-watcher
		if got := current.Get().Transfers.Limit; got != 7 {
			t.Errorf("limit is %d, want 7", got)
		}
		synctest.Wait()
		if got := open(t, store).Get().Transfers.Limit; got != 7 {
			t.Errorf("saved limit is %d, want 7", got)
		}
		stop()
		if err := <-returned; err != nil {
			t.Error(err)
		}
		if _, isOpen := <-watcher; isOpen {
			t.Error("received a value after ctx was done, want a closed channel")
		}
	})
}

func TestOpenUsesDefaultsWhenReadFails(t *testing.T) {
	store := storeWith("")
	store.setError(errors.New("unreadable"))
	if diff := cmp.Diff(settings.Default(), open(t, store).Get()); diff != "" {
		t.Error(diff)
	}
}

func TestGetReturnsCopy(t *testing.T) {
	current := open(t, storeWith(""))
	copied := current.Get()
	copied.Transfers.Ignore[0] = "*"
	if diff := cmp.Diff(settings.Default(), current.Get()); diff != "" {
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
		invalid     []string
	}{
		{"nothing saved", ``, settings.Default(), nil},
		{"empty object", `{}`, settings.Default(), nil},
		{"null", `null`, settings.Default(), nil},
		{"invalid JSON", `{"transfers":`, settings.Default(), []string{"settings"}},
		{"array", `[1,2]`, settings.Default(), []string{"settings"}},
		{"unknown names", `{"future":{"x":1},"transfers":{"warp":9}}`, settings.Default(), nil},
		{
			"value of another type", `{"transfers":{"simultaneous":"many","limit":9}}`,
			with(func(s *settings.Settings) { s.Transfers.Limit = 9 }),
			[]string{"simultaneous"},
		},
		{
			"section of another type", `{"transfers":7,"look":{"scale":2}}`,
			with(func(s *settings.Settings) { s.Appearance.Scale = 2 }),
			[]string{"transfers"},
		},
		{
			"numbers out of range",
			`{"transfers":{"simultaneous":0,"connections":-1,"limit":-5,"settle":-1,"history":{"most":-1,"age":-1}},"look":{"scale":1e9}}`,
			settings.Default(),
			[]string{"simultaneous", "connections", "limit", "settle", "history.most", "history.age", "scale"},
		},
		{
			"numbers that overflow their type", `{"transfers":{"limit":1e400,"simultaneous":99999999999999999999}}`,
			settings.Default(),
			[]string{"simultaneous", "limit"},
		},
		{
			"unknown choices",
			`{"transfers":{"metered":"x","fingerprint":"x","proof":"x"},"start":{"onStart":"x"},"look":{"language":"tlh","theme":"pink","density":"x"},"power":{"keepAwake":"x"},"whenDone":{"action":"x"}}`,
			settings.Default(),
			[]string{"metered", "fingerprint", "proof", "onStart", "language", "theme", "density", "keepAwake", "action"},
		},
		{
			"invalid pattern", `{"transfers":{"ignore":["*.tmp","[a"]}}`,
			settings.Default(),
			[]string{"ignore"},
		},
		{
			"empty list of patterns", `{"transfers":{"ignore":[]}}`,
			with(func(s *settings.Settings) { s.Transfers.Ignore = []string{} }), nil,
		},
		{
			"program without a path", `{"whenDone":{"action":"program"}}`,
			settings.Default(),
			[]string{"action"},
		},
		{
			"program with a relative path", `{"whenDone":{"action":"program","program":"rm"}}`,
			settings.Default(),
			[]string{"program", "action"},
		},
		{
			"hours out of range", `{"transfers":{"schedule":[{"days":[true],"from":90000000000000,"until":0,"limit":0}]}}`,
			settings.Default(),
			[]string{"schedule"},
		},
		{
			"fewer and more than seven days", `{"transfers":{"schedule":[{"days":[true,false,false,false,false,false,true,true,true]}]}}`,
			with(func(s *settings.Settings) {
				s.Transfers.Schedule = uploader.Schedule{{Days: [7]bool{0: true, 6: true}}}
			}), nil,
		},
		{
			"too many spans", `{"transfers":{"schedule":[` + strings.Repeat(`{},`, 200) + `{}]}}`,
			settings.Default(),
			[]string{"schedule"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, invalid := settings.Parse(json.RawMessage(test.saved))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.invalid, invalid); diff != "" {
				t.Errorf("invalid (-want +got):\n%s", diff)
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
		parsed, invalid := settings.Parse(text)
		if len(invalid) > 0 {
			t.Errorf("parsed settings are invalid: %v", invalid)
		}
		if diff := cmp.Diff(got, parsed); diff != "" {
			t.Errorf("parsed again (-want +got):\n%s", diff)
		}
	})
}
