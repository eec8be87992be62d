package settings

import (
	"cmp"
	"path"
	"slices"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
)

// Limits of settings.
const (
	MostSimultaneous = 32
	MostConnections  = uploader.ConnectionsMost
	MostSettle       = time.Hour
	MostHistory      = 1_000_000
	MostHistoryAge   = 10 * 366 * 24 * time.Hour

	minScale, maxScale = 0.5, 4

	maxPatternBytes = 1000

	day = 24 * time.Hour
)

// validated returns s with the default in place of each invalid value, and the names
// of those values.
func (s Settings) validated() (valid Settings, invalid []string) {
	s = s.clone()
	d := Default()
	check := func(name string, ok bool, reset func()) {
		if !ok {
			reset()
			invalid = append(invalid, name)
		}
	}
	t, dt := &s.Transfers, &d.Transfers
	check("simultaneous", between(t.Simultaneous, 1, MostSimultaneous), func() { t.Simultaneous = dt.Simultaneous })
	check("connections", between(t.Connections, 1, MostConnections), func() { t.Connections = dt.Connections })
	check("limit", t.Limit >= 0, func() { t.Limit = dt.Limit })
	check("schedule", len(t.Schedule) <= uploader.SpansMost && all(t.Schedule, validSpan), func() { t.Schedule = dt.Schedule })
	check("metered", oneOf(t.Metered, uploader.MeteredGoOn, uploader.MeteredHold), func() { t.Metered = dt.Metered })
	check("fingerprint", validStrategy(t.Fingerprint), func() { t.Fingerprint = dt.Fingerprint })
	check("proof", oneOf(t.Proof, uploader.ProofSamples, uploader.ProofWhole), func() { t.Proof = dt.Proof })
	check("ignore", len(t.Ignore) <= uploader.PatternsMost && all(t.Ignore, ValidPattern), func() { t.Ignore = dt.Ignore })
	check("settle", between(t.Settle, 0, MostSettle), func() { t.Settle = dt.Settle })
	check("history.most", between(t.History.Most, 0, MostHistory), func() { t.History.Most = dt.History.Most })
	check("history.age", between(t.History.Age, 0, MostHistoryAge), func() { t.History.Age = dt.History.Age })
	check("onStart", oneOf(s.Start.OnStart, OnStartContinue, OnStartAsk), func() { s.Start.OnStart = d.Start.OnStart })
	check("language", s.Look.Language == "" || slices.Contains(words.Languages(), s.Look.Language), func() { s.Look.Language = d.Look.Language })
	check("theme", oneOf(s.Look.Theme, ThemeSystem, ThemeLight, ThemeDark), func() { s.Look.Theme = d.Look.Theme })
	check("scale", between(s.Look.Scale, minScale, maxScale), func() { s.Look.Scale = d.Look.Scale })
	return s, invalid
}

// ValidPattern reports whether pattern can be one of the patterns of ignored names.
func ValidPattern(pattern string) bool {
	_, err := path.Match(pattern, "")
	return err == nil && pattern != "" && len(pattern) <= maxPatternBytes
}

func validSpan(s uploader.Span) bool {
	return s.From >= 0 && s.From < day && s.Until >= 0 && s.Until <= day && s.Limit >= -1
}

func validStrategy(name string) bool {
	_, err := source.ParseStrategy(name)
	return err == nil
}

func between[N cmp.Ordered](n, lowest, highest N) bool { return n >= lowest && n <= highest }

func oneOf[T comparable](value T, values ...T) bool { return slices.Contains(values, value) }

func all[T any](values []T, valid func(T) bool) bool {
	return !slices.ContainsFunc(values, func(v T) bool { return !valid(v) })
}
