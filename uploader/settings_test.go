package uploader_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
)

// parse decodes JSON over the default settings and normalizes them.
func parse(text []byte) (uploader.Settings, error) {
	s := uploader.DefaultSettings()
	if len(text) == 0 {
		return s, nil
	}
	err := json.Unmarshal(text, &s)
	return s.Normalized(), err
}

func TestNormalizedSettings(t *testing.T) {
	t.Parallel()
	defaults := uploader.DefaultSettings()
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
		{"no settings", ``, defaults},
		{"empty object", `{}`, defaults},
		{"unknown field", `{"colour": "green", "simultaneous": 5}`, with(func(s *uploader.Settings) { s.MaxFiles = 5 })},
		{"zero files at the same time", `{"simultaneous": 0}`, defaults},
		{"negative numbers", `{"simultaneous": -1, "connections": -9, "limit": -1, "settle": -1, "history": {"most": -1, "age": -1}}`, with(func(s *uploader.Settings) {
			s.Connections, s.SettleTime, s.History = 1, 0, uploader.History{}
		})},
		{"huge numbers", `{"simultaneous": 1000000, "connections": 1000000, "limit": 9223372036854775807, "settle": 9223372036854775807}`, with(func(s *uploader.Settings) {
			s.MaxFiles, s.Connections, s.Limit, s.SettleTime = 64, 32, 1<<50, uploader.MaxSettleTime
		})},
		{"unknown choices", `{"metered": "maybe", "fingerprint": "palm", "proof": "none"}`, defaults},
		{"empty patterns", `{"ignore": []}`, with(func(s *uploader.Settings) { s.Ignore = []string{} })},
		{"null patterns", `{"ignore": null}`, defaults},
		{
			"span without days and span out of range",
			`{"schedule": [{"limit": 5}, {"days": [true], "from": -5, "until": 9223372036854775807, "limit": -7}]}`,
			with(func(s *uploader.Settings) {
				s.Schedule = uploader.Schedule{{Days: [7]bool{true}, Until: 24 * time.Hour, Limit: uploader.SendNothing}}
			}),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parse([]byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error("settings (-want +got):\n" + diff)
			}
		})
	}
}

func FuzzNormalizedSettings(f *testing.F) {
	defaults, _ := json.Marshal(uploader.DefaultSettings())
	f.Add(defaults)
	f.Add([]byte(`{"simultaneous":-3,"unknown":[{}],"schedule":[{"days":[true,false],"from":1,"until":0,"limit":-1}]}`))
	f.Add([]byte(`{"limit":9223372036854775807,"ignore":[""],"history":{"most":-9223372036854775808}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := parse(text)
		if err != nil {
			return
		}
		if diff := cmp.Diff(s, s.Normalized()); diff != "" {
			t.Fatalf("normalizing is not idempotent:\n%s", diff)
		}
		if s.MaxFiles < 1 || s.Connections < 1 || s.Limit < 0 || s.SettleTime < 0 || s.Ignore == nil {
			t.Fatalf("settings out of range: %+v", s)
		}
		encoded, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := parse(encoded)
		if diff := cmp.Diff(s, decoded); err != nil || diff != "" {
			t.Fatalf("after encoding and decoding (%v):\n%s", err, diff)
		}
		s.Schedule.At(time.Unix(1_700_000_000, 0), s.Limit)
	})
}
