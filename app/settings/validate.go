package settings

import (
	"cmp"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
)

// Limits of settings.
const (
	MaxSimultaneous = 32
	MaxConnections  = uploader.MaxConnections
	MaxHistory      = 1_000_000
	MaxHistoryAge   = 10 * 366 * 24 * time.Hour

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
	check("simultaneous", between(t.MaxFiles, 1, MaxSimultaneous), func() { t.MaxFiles = dt.MaxFiles })
	check("connections", between(t.Connections, 1, MaxConnections), func() { t.Connections = dt.Connections })
	check("limit", t.Limit >= 0, func() { t.Limit = dt.Limit })
	check("schedule", len(t.Schedule) <= uploader.MaxSpans && all(t.Schedule, validSpan), func() { t.Schedule = dt.Schedule })
	check("metered", oneOf(t.Metered, uploader.MeteredUpload, uploader.MeteredHold), func() { t.Metered = dt.Metered })
	check("fingerprint", validStrategy(t.Fingerprint), func() { t.Fingerprint = dt.Fingerprint })
	check("proof", oneOf(t.ResumeCheck, uploader.ResumeCheckChanged, uploader.ResumeCheckAll), func() { t.ResumeCheck = dt.ResumeCheck })
	check("ignore", len(t.Ignore) <= uploader.MaxPatterns && all(t.Ignore, ValidPattern), func() { t.Ignore = dt.Ignore })
	check("settle", between(t.SettleTime, 0, uploader.MaxSettleTime), func() { t.SettleTime = dt.SettleTime })
	check("history.most", between(t.History.MaxCount, 0, MaxHistory), func() { t.History.MaxCount = dt.History.MaxCount })
	check("history.age", between(t.History.MaxAge, 0, MaxHistoryAge), func() { t.History.MaxAge = dt.History.MaxAge })
	check("onStart", oneOf(s.Start.OnStart, OnStartResume, OnStartAsk), func() { s.Start.OnStart = d.Start.OnStart })
	check("language", s.Appearance.Language == "" || slices.Contains(words.Languages(), s.Appearance.Language), func() { s.Appearance.Language = d.Appearance.Language })
	check("theme", oneOf(s.Appearance.Theme, ThemeSystem, ThemeLight, ThemeDark), func() { s.Appearance.Theme = d.Appearance.Theme })
	check("density", oneOf(s.Appearance.Density, DensityComfortable, DensityCompact), func() { s.Appearance.Density = d.Appearance.Density })
	check("scale", between(s.Appearance.Scale, minScale, maxScale), func() { s.Appearance.Scale = d.Appearance.Scale })
	check("keepAwake", oneOf(s.Power.KeepAwake, KeepAwakePlugged, KeepAwakeAlways, KeepAwakeNever), func() { s.Power.KeepAwake = d.Power.KeepAwake })
	check("program", s.WhenDone.Program == "" || filepath.IsAbs(s.WhenDone.Program), func() { s.WhenDone.Program = "" })
	check("action", oneOf(s.WhenDone.Action, DoneActions()...) && (s.WhenDone.Action != DoneProgram || s.WhenDone.Program != ""), func() { s.WhenDone.Action = d.WhenDone.Action })
	check("folder", s.Receiver.Folder == "" || filepath.IsAbs(s.Receiver.Folder), func() { s.Receiver.Folder = d.Receiver.Folder })
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
