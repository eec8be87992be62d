package uploader

import (
	"time"

	"github.com/ferryapp/ferry/uploader/source"
)

// Settings are how the engine works, as far as that is the user's to choose.
// Configure puts them into effect at once, also for what is under way. They are
// kept by whoever gives them to the engine.
type Settings struct {
	Simultaneous int      `json:"simultaneous"` // large files that move at once
	Connections  int      `json:"connections"`  // parts of one file at a time, at most; 1: files are not parted
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

// Schedule is a week's hours with limits of their own; outside of them the usual
// limit holds. Where several spans hold, the first does.
type Schedule []Span

// Span is the same time of day on some days of the week, local time.
type Span struct {
	Days  [7]bool       `json:"days"`  // from Sunday, as time.Weekday counts
	From  time.Duration `json:"from"`  // since midnight
	Until time.Duration `json:"until"` // since midnight; at or before From: on the next day
	Limit int64         `json:"limit"` // bytes per second; 0: as fast as it goes; -1: nothing is sent
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
	ProofWhole   Proof = "whole"   // all of it, always
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
