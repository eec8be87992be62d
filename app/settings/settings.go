// Package settings is what the user chose, and what holds where nothing was
// chosen: how uploads go, how Ferry looks, what it tells and how it starts.
//
// A [Book] keeps the settings of one profile. Everyone reads the newest from it
// and is told when there are newer ones; changes hold at once and are saved
// beside. Whatever stands in the database, reading never fails: what makes no
// sense is as if it had not been chosen.
//
// What the window remembers for itself (the destination chosen last, what was
// explained already) is not a setting and not here.
package settings

import (
	"slices"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// Settings are all of them. The zero value is not usable: see Default.
type Settings struct {
	Transfers     uploader.Settings `json:"transfers"`
	Notifications Notifications     `json:"notifications"`
	Start         Start             `json:"start"`
	Look          Look              `json:"look"`
}

// Notifications are which ones the desktop shows. None makes a sound.
type Notifications struct {
	Finished    bool `json:"finished"`    // all that was dropped at once is across
	NeedsYou    bool `json:"needsYou"`    // an upload cannot go on without the user
	Interrupted bool `json:"interrupted"` // at a hidden start: an earlier run left something unfinished
}

// Start is how Ferry starts and ends.
type Start struct {
	OnStart       OnStart `json:"onStart"`
	AtLogin       bool    `json:"atLogin"`       // Ferry starts hidden when the user logs in
	CloseToTray   bool    `json:"closeToTray"`   // closing the window leaves Ferry in the tray, where there is one
	AskBeforeQuit bool    `json:"askBeforeQuit"` // while something is under way
}

// OnStart is what becomes of what an earlier run left unfinished.
type OnStart string

// What can be done about it.
const (
	OnStartContinue OnStart = "continue"
	OnStartAsk      OnStart = "ask" // it waits until the user answers
)

// Look is how Ferry looks and speaks.
type Look struct {
	Language words.Language `json:"language"` // "": the system's
	Theme    Theme          `json:"theme"`
	Scale    float64        `json:"scale"` // 1 is the usual size
}

// Theme is light or dark.
type Theme string

// The themes.
const (
	ThemeSystem Theme = "system" // as the system is, also when that changes
	ThemeLight  Theme = "light"
	ThemeDark   Theme = "dark"
)

// Scales are the sizes that are offered.
func Scales() []float64 { return []float64{0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2} }

// Default is what holds where nothing was chosen.
func Default() Settings {
	return Settings{
		Transfers:     uploader.DefaultSettings(),
		Notifications: Notifications{Finished: true, NeedsYou: true, Interrupted: true},
		Start:         Start{OnStart: OnStartContinue, CloseToTray: true, AskBeforeQuit: true},
		Look:          Look{Theme: ThemeSystem, Scale: 1},
	}
}

// clone shares nothing with s.
func (s Settings) clone() Settings {
	s.Transfers.Schedule = slices.Clone(s.Transfers.Schedule)
	s.Transfers.Ignore = slices.Clone(s.Transfers.Ignore)
	return s
}
