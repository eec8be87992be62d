package uploader

import (
	"cmp"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader/source"
)

// Settings are how the engine works, as far as that is the user's to choose.
// Configure puts them into effect at once, also for what is under way. They are
// kept by whoever gives them to the engine.
type Settings struct {
	Simultaneous int      `json:"simultaneous"` // large files that move at once
	Connections  int      `json:"connections"`  // Parts of one file at a time, at most; 1: files are not parted
	Limit        int64    `json:"limit"`        // bytes per second over everything; 0: as fast as it goes
	Schedule     Schedule `json:"schedule"`     // hours of the week with a limit of their own
	Metered      Metered  `json:"metered"`      // what to do on a network that is paid for by what goes over it
	Fingerprint  string   `json:"fingerprint"`  // a source.Strategy's name
	Proof        Proof    `json:"proof"`        // how much of what was sent is read again before an upload is continued
	Sum          bool     `json:"sum"`          // the SHA-256 of the whole file goes into the metadata: the file is read once before it is sent

	Ignore  []string      `json:"ignore"`  // patterns of names that are passed over inside folders
	Hidden  bool          `json:"hidden"`  // hidden files inside folders are taken along
	Links   bool          `json:"links"`   // links to folders inside folders are followed
	Settle  time.Duration `json:"settle"`  // a file waits until it was not changed for so long
	History History       `json:"history"` // of finished uploads
}

// Metered is what to do on a metered network.
type Metered string

// What can be done on a metered network.
const (
	MeteredGoOn Metered = "go-on"
	MeteredHold Metered = "hold" // wait for another network
)

// Proof is how much of what was sent is read again and compared before an upload
// is continued.
type Proof string

// The degrees of proof.
const (
	ProofSamples Proof = "samples" // some of it when size, time and identity are as they were, otherwise all
	ProofWhole   Proof = "whole"   // All of it, always
)

// History is how much of what is finished is kept; whichever limit is met first
// counts. Zero is no limit.
type History struct {
	Most int           `json:"most"` // finished transfers
	Age  time.Duration `json:"age"`
}

// DefaultSettings is what holds when the user chose nothing.
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

// PlainSettings hold for an engine that was given none: files cross in one piece
// and as soon as they are found.
func PlainSettings() Settings {
	s := DefaultSettings()
	s.Connections, s.Settle = 1, 0
	return s
}

// The most that makes sense of what settings can ask for. A surface may offer less.
const (
	simultaneousMost = 64
	ConnectionsMost  = 32
	limitMost        = 1 << 50 // bytes per second
	SpansMost        = 100
	PatternsMost     = 1000
	settleMost       = 24 * time.Hour
)

// Sane returns the settings with whatever makes no sense in its nearest sensible
// form: where there is none, in that of DefaultSettings.
func (s Settings) Sane() Settings {
	usual := DefaultSettings()
	s.Simultaneous = min(orUsual(s.Simultaneous, usual.Simultaneous), simultaneousMost)
	s.Connections = min(max(s.Connections, 1), ConnectionsMost)
	s.Limit = min(max(s.Limit, 0), limitMost)
	s.Schedule = s.Schedule.sane()
	s.Metered = oneOf(s.Metered, MeteredGoOn, MeteredHold)
	if _, err := source.ParseStrategy(s.Fingerprint); err != nil {
		s.Fingerprint = usual.Fingerprint
	}
	s.Proof = oneOf(s.Proof, ProofSamples, ProofWhole)
	if s.Ignore == nil { // an empty list means that nothing is passed over
		s.Ignore = usual.Ignore
	}
	s.Ignore = slices.Clone(s.Ignore[:min(len(s.Ignore), PatternsMost)])
	s.Settle = min(max(s.Settle, 0), settleMost)
	s.History.Most, s.History.Age = max(s.History.Most, 0), max(s.History.Age, 0)
	return s
}

func orUsual(n, usual int) int {
	if n <= 0 {
		return usual
	}
	return n
}

// oneOf returns value when it is among those that are known, and otherwise the
// first of them.
func oneOf[T cmp.Ordered](value T, known ...T) T {
	if slices.Contains(known, value) {
		return value
	}
	return known[0]
}

// FingerprintStrategy derives fingerprints. The settings are sane.
func (s Settings) FingerprintStrategy() source.Strategy {
	strategy, err := source.ParseStrategy(s.Fingerprint)
	if err != nil {
		return source.Metadata
	}
	return strategy
}
