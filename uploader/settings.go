package uploader

import (
	"cmp"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader/source"
)

// Settings are the user's settings of the engine. Configure applies them at once. The
// engine does not save them.
type Settings struct {
	MaxFiles    int         `json:"simultaneous"` // large files sent at the same time
	Connections int         `json:"connections"`  // maximum of parts of one file sent at the same time; 1: no parts
	Limit       int64       `json:"limit"`        // bytes per second in total; 0: unlimited
	Schedule    Schedule    `json:"schedule"`     // weekly spans with another limit
	Metered     Metered     `json:"metered"`      // what to do on a metered network
	Fingerprint string      `json:"fingerprint"`  // name of a source.Strategy
	ResumeCheck ResumeCheck `json:"proof"`        // how much of what was sent is verified before an upload resumes
	SHA256      bool        `json:"sha256"`       // computed of each uploaded file; also where the metadata or the link has it
	SendSHA256  bool        `json:"sum"`          // the metadata contains the SHA-256 of the file, which is read before it is sent

	Ignore        []string      `json:"ignore"`  // patterns of names that are skipped inside folders
	IncludeHidden bool          `json:"hidden"`  // include hidden files inside folders
	FollowLinks   bool          `json:"links"`   // follow links inside folders, unless a batch was added before
	SettleTime    time.Duration `json:"settle"`  // how long a file must be unchanged before it is sent
	History       History       `json:"history"` // of finished transfers
}

// Metered is what to do on a metered network.
type Metered string

// The choices for a metered network.
const (
	MeteredUpload Metered = "go-on" // send as usual
	MeteredHold   Metered = "hold"  // wait for another network
)

// ResumeCheck is how much of what was sent is compared with the file before an upload
// resumes.
type ResumeCheck string

// The choices of verification.
const (
	ResumeCheckChanged ResumeCheck = "samples" // all, unless the change time of the file shows that it did not change; earlier versions compared samples
	ResumeCheckAll     ResumeCheck = "whole"   // all
)

// History is how many finished transfers are kept and for how long; both limits apply.
// Zero is no limit.
type History struct {
	MaxCount int           `json:"most"`
	MaxAge   time.Duration `json:"age"`
}

// DefaultSettings returns the settings of a user who changed none.
func DefaultSettings() Settings {
	return Settings{
		MaxFiles:      3,
		Connections:   8,
		Metered:       MeteredUpload,
		Fingerprint:   "metadata",
		ResumeCheck:   ResumeCheckChanged,
		Ignore:        source.DefaultIgnore(),
		IncludeHidden: true,
		SettleTime:    2 * time.Second,
		History:       History{MaxCount: 10_000, MaxAge: 90 * 24 * time.Hour},
	}
}

// FallbackSettings returns the settings of an engine that was given none: those of
// DefaultSettings, but without parts, and files are sent as soon as they are found.
func FallbackSettings() Settings {
	s := DefaultSettings()
	s.Connections, s.SettleTime = 1, 0
	return s
}

// Maximums of settings. The interface may offer less.
const (
	maxSimultaneous = 64
	MaxConnections  = 32
	maxLimit        = 1 << 50 // bytes per second
	MaxSpans        = 100
	MaxPatterns     = 1000
	MaxSettleTime   = time.Hour // a worker that waits for a file checks it at least this often
)

// Normalized returns the settings with every value in its valid range: out of range, the
// nearest valid value; unknown, that of DefaultSettings.
func (s Settings) Normalized() Settings {
	defaults := DefaultSettings()
	s.MaxFiles = min(positiveOr(s.MaxFiles, defaults.MaxFiles), maxSimultaneous)
	s.Connections = min(max(s.Connections, 1), MaxConnections)
	s.Limit = min(max(s.Limit, 0), maxLimit)
	s.Schedule = s.Schedule.normalized()
	s.Metered = oneOf(s.Metered, MeteredUpload, MeteredHold)
	if _, err := source.ParseStrategy(s.Fingerprint); err != nil {
		s.Fingerprint = defaults.Fingerprint
	}
	s.ResumeCheck = oneOf(s.ResumeCheck, ResumeCheckChanged, ResumeCheckAll)
	if s.Ignore == nil { // an empty list means that nothing is skipped
		s.Ignore = defaults.Ignore
	}
	s.Ignore = slices.Clone(s.Ignore[:min(len(s.Ignore), MaxPatterns)])
	s.SettleTime = min(max(s.SettleTime, 0), MaxSettleTime)
	s.History.MaxCount, s.History.MaxAge = max(s.History.MaxCount, 0), max(s.History.MaxAge, 0)
	return s
}

func positiveOr(n, fallback int) int {
	if n <= 0 {
		return fallback
	}
	return n
}

// oneOf returns value if it is one of choices, otherwise the first of them.
func oneOf[T cmp.Ordered](value T, choices ...T) T {
	if slices.Contains(choices, value) {
		return value
	}
	return choices[0]
}

// FingerprintStrategy returns the strategy that Fingerprint names. s must be normalized.
func (s Settings) FingerprintStrategy() source.Strategy {
	strategy, err := source.ParseStrategy(s.Fingerprint)
	if err != nil {
		return source.Metadata
	}
	return strategy
}
