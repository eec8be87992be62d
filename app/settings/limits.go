package settings

import (
	"path"
	"slices"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
)

// What numbers may be.
const (
	MostSimultaneous = 32
	MostConnections  = uploader.ConnectionsMost
	MostSettle       = time.Hour
	MostHistory      = 1_000_000
	MostHistoryAge   = 10 * 366 * 24 * time.Hour

	leastScale, mostScale = 0.5, 4

	longest = 1000 // bytes of a pattern

	day = 24 * time.Hour
)

// mended returns s with what makes no sense as it is by default, and the names
// of what that was.
func (s Settings) mended() (mended Settings, wrong []string) {
	s = s.clone()
	d := Default()
	check := func(name string, good bool, mend func()) {
		if !good {
			mend()
			wrong = append(wrong, name)
		}
	}
	t, dt := &s.Transfers, &d.Transfers
	check("simultaneous", between(t.Simultaneous, 1, MostSimultaneous), func() { t.Simultaneous = dt.Simultaneous })
	check("connections", between(t.Connections, 1, MostConnections), func() { t.Connections = dt.Connections })
	check("limit", t.Limit >= 0, func() { t.Limit = dt.Limit })
	check("schedule", len(t.Schedule) <= uploader.SpansMost && all(t.Schedule, sensible), func() { t.Schedule = dt.Schedule })
	check("metered", among(t.Metered, uploader.MeteredGoOn, uploader.MeteredHold), func() { t.Metered = dt.Metered })
	check("fingerprint", isStrategy(t.Fingerprint), func() { t.Fingerprint = dt.Fingerprint })
	check("proof", among(t.Proof, uploader.ProofSamples, uploader.ProofWhole), func() { t.Proof = dt.Proof })
	check("ignore", len(t.Ignore) <= uploader.PatternsMost && all(t.Ignore, ValidPattern), func() { t.Ignore = dt.Ignore })
	check("settle", between(t.Settle, 0, MostSettle), func() { t.Settle = dt.Settle })
	check("history.most", between(t.History.Most, 0, MostHistory), func() { t.History.Most = dt.History.Most })
	check("history.age", between(t.History.Age, 0, MostHistoryAge), func() { t.History.Age = dt.History.Age })
	check("onStart", among(s.Start.OnStart, OnStartContinue, OnStartAsk), func() { s.Start.OnStart = d.Start.OnStart })
	check("language", s.Look.Language == "" || slices.Contains(words.Languages(), s.Look.Language), func() { s.Look.Language = d.Look.Language })
	check("theme", among(s.Look.Theme, ThemeSystem, ThemeLight, ThemeDark), func() { s.Look.Theme = d.Look.Theme })
	check("scale", s.Look.Scale >= leastScale && s.Look.Scale <= mostScale, func() { s.Look.Scale = d.Look.Scale })
	return s, wrong
}

// ValidPattern reports whether a pattern can be among those of names to pass over.
func ValidPattern(pattern string) bool {
	_, err := path.Match(pattern, "")
	return err == nil && pattern != "" && len(pattern) <= longest
}

func sensible(s uploader.Span) bool {
	return s.From >= 0 && s.From < day && s.Until >= 0 && s.Until <= day && s.Limit >= -1
}

func isStrategy(name string) bool {
	_, err := source.ParseStrategy(name)
	return err == nil
}

func between[N int | time.Duration](n, least, most N) bool { return n >= least && n <= most }

func among[T comparable](value T, these ...T) bool { return slices.Contains(these, value) }

func all[T any](values []T, good func(T) bool) bool {
	return !slices.ContainsFunc(values, func(v T) bool { return !good(v) })
}
