package uploader_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
)

// Read makes settings of JSON over the usual ones, sane.
func read(text []byte) (uploader.Settings, error) {
	s := uploader.DefaultSettings()
	if len(text) == 0 {
		return s, nil
	}
	err := json.Unmarshal(text, &s)
	return s.Sane(), err
}

func TestSaneSettings(t *testing.T) {
	t.Parallel()
	usual := uploader.DefaultSettings()
	with := func(change func(*uploader.Settings)) uploader.Settings {
		s := uploader.DefaultSettings()
		change(&s)
		return s
	}
	for _, c := range []struct {
		name string
		text string
		want uploader.Settings
	}{
		{"nothing was ever chosen", ``, usual},
		{"an empty object", `{}`, usual},
		{"what is not known is passed over", `{"colour": "green", "simultaneous": 5}`, with(func(s *uploader.Settings) { s.Simultaneous = 5 })},
		{"nothing at a time would be nothing at all", `{"simultaneous": 0}`, usual},
		{"negative numbers", `{"simultaneous": -1, "connections": -9, "limit": -1, "settle": -1, "history": {"most": -1, "age": -1}}`, with(func(s *uploader.Settings) {
			s.Connections, s.Settle, s.History = 1, 0, uploader.History{}
		})},
		{"huge numbers", `{"simultaneous": 1000000, "connections": 1000000, "limit": 9223372036854775807, "settle": 9223372036854775807}`, with(func(s *uploader.Settings) {
			s.Simultaneous, s.Connections, s.Limit, s.Settle = 64, 32, 1<<50, 24*time.Hour
		})},
		{"words that mean nothing", `{"metered": "maybe", "fingerprint": "palm", "proof": "none"}`, usual},
		{"an empty list of patterns means none", `{"ignore": []}`, with(func(s *uploader.Settings) { s.Ignore = []string{} })},
		{"no list of patterns means the usual ones", `{"ignore": null}`, usual},
		{
			"spans that never hold go, others come into range",
			`{"schedule": [{"limit": 5}, {"days": [true], "from": -5, "until": 9223372036854775807, "limit": -7}]}`,
			with(func(s *uploader.Settings) {
				s.Schedule = uploader.Schedule{{Days: [7]bool{true}, Until: 24 * time.Hour, Limit: uploader.Nothing}}
			}),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := read([]byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error("settings (-want +got):\n" + diff)
			}
		})
	}
}

func FuzzSaneSettings(f *testing.F) {
	usual, _ := json.Marshal(uploader.DefaultSettings())
	f.Add(usual)
	f.Add([]byte(`{"simultaneous":-3,"unknown":[{}],"schedule":[{"days":[true,false],"from":1,"until":0,"limit":-1}]}`))
	f.Add([]byte(`{"limit":9223372036854775807,"ignore":[""],"history":{"most":-9223372036854775808}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := read(text)
		if err != nil {
			return
		}
		if diff := cmp.Diff(s, s.Sane()); diff != "" {
			t.Fatalf("sane settings are not:\n%s", diff)
		}
		if s.Simultaneous < 1 || s.Connections < 1 || s.Limit < 0 || s.Settle < 0 || s.Ignore == nil {
			t.Fatalf("settings to stumble over: %+v", s)
		}
		kept, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		again, err := read(kept)
		if diff := cmp.Diff(s, again); err != nil || diff != "" {
			t.Fatalf("kept and read again (%v):\n%s", err, diff)
		}
		s.Schedule.At(time.Unix(1_700_000_000, 0), s.Limit)
	})
}
