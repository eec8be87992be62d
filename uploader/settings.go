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
	Simultaneous int      `json:"simultaneous"` // large files sent at the same time
	Connections  int      `json:"connections"`  // maximum of parts of one file sent at the same time; 1: no parts
	Limit        int64    `json:"limit"`        // bytes per second in total; 0: unlimited
	Schedule     Schedule `json:"schedule"`     // weekly spans with another limit
	Metered      Metered  `json:"metered"`      // what to do on a metered network
	Fingerprint  string   `json:"fingerprint"`  // name of a source.Strategy
	Proof        Proof    `json:"proof"`        // how much of what was sent is verified before an upload resumes
	Sum          bool     `json:"sum"`          // the metadata contains the SHA-256 of the file, which is read before it is sent

	Ignore  []string      `json:"ignore"`  // patterns of names that are skipped inside folders
	Hidden  bool          `json:"hidden"`  // include hidden files inside folders
	Links   bool          `json:"links"`   // follow links to folders inside folders
	Settle  time.Duration `json:"settle"`  // how long a file must be unchanged before it is sent
	History History       `json:"history"` // of finished transfers
}

// Metered is what to do on a metered network.
type Metered string

// The choices for a metered network.
const (
	MeteredGoOn Metered = "go-on" // send as usual
	MeteredHold Metered = "hold"  // wait for another network
)

// Proof is how much of what was sent is compared with the file before an upload
// resumes.
type Proof string

// The choices of verification.
const (
	ProofSamples Proof = "samples" // a sample if size, time and identity are unchanged, otherwise all
	ProofWhole   Proof = "whole"   // all
)

// History is how many finished transfers are kept and for how long; both limits apply.
// Zero is no limit.
type History struct {
	Most int           `json:"most"`
	Age  time.Duration `json:"age"`
}

// DefaultSettings returns the settings of a user who changed none.
func DefaultSettings() Settings {
	return Settings{
		Simultaneous: 3,
		Connections:  8,
		Metered:      MeteredGoOn,
		Fingerprint:  "metadata",
		Proof:        ProofSamples,
		Ignore:       source.DefaultIgnore(),
		Hidden:       true,
		Settle:       2 * time.Second,
		History:      History{Most: 10_000, Age: 90 * 24 * time.Hour},
	}
}

// PlainSettings returns the settings of an engine that was given none: those of
// DefaultSettings, but without parts, and files are sent as soon as they are found.
func PlainSettings() Settings {
	s := DefaultSettings()
	s.Connections, s.Settle = 1, 0
	return s
}

// Maximums of settings. The interface may offer less.
const (
	maxSimultaneous = 64
	ConnectionsMost = 32
	maxLimit        = 1 << 50 // bytes per second
	SpansMost       = 100
	PatternsMost    = 1000
	maxSettle       = 24 * time.Hour
)

// Sane returns the settings with every value in its valid range: out of range, the
// nearest valid value; unknown, that of DefaultSettings.
func (s Settings) Sane() Settings {
	defaults := DefaultSettings()
	s.Simultaneous = min(positiveOr(s.Simultaneous, defaults.Simultaneous), maxSimultaneous)
	s.Connections = min(max(s.Connections, 1), ConnectionsMost)
	s.Limit = min(max(s.Limit, 0), maxLimit)
	s.Schedule = s.Schedule.normalized()
	s.Metered = oneOf(s.Metered, MeteredGoOn, MeteredHold)
	if _, err := source.ParseStrategy(s.Fingerprint); err != nil {
		s.Fingerprint = defaults.Fingerprint
	}
	s.Proof = oneOf(s.Proof, ProofSamples, ProofWhole)
	if s.Ignore == nil { // an empty list means that nothing is skipped
		s.Ignore = defaults.Ignore
	}
	s.Ignore = slices.Clone(s.Ignore[:min(len(s.Ignore), PatternsMost)])
	s.Settle = min(max(s.Settle, 0), maxSettle)
	s.History.Most, s.History.Age = max(s.History.Most, 0), max(s.History.Age, 0)
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
