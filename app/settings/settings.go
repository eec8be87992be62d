// Package settings holds the user's settings and their defaults: how files are
// uploaded, appearance, notifications and startup.
//
// A [Current] holds the settings of one profile. Changes take effect immediately and are
// saved in the background. Reading never fails: an invalid value in the database is
// replaced by its default.
//
// The window's own state, such as its size, is kept by package windowstate.
package settings

import (
	"slices"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// Settings are all settings. The zero value is not valid; see [Default].
type Settings struct {
	Transfers     uploader.Settings `json:"transfers"`
	Notifications Notifications     `json:"notifications"`
	Start         Start             `json:"start"`
	Appearance    Appearance        `json:"look"`
	Power         Power             `json:"power"`
	WhenDone      WhenDone          `json:"whenDone"`
	Receiver      Receiver          `json:"receiver,omitzero"`
}

// Power are the settings of the power of this computer.
type Power struct {
	KeepAwake KeepAwake `json:"keepAwake"`
}

// KeepAwake selects when uploads keep the computer from going to sleep by itself.
type KeepAwake string

// The choices of KeepAwake.
const (
	KeepAwakePlugged KeepAwake = "plugged" // unless it runs on its battery
	KeepAwakeAlways  KeepAwake = "always"
	KeepAwakeNever   KeepAwake = "never"
)

// WhenDone selects what happens when all uploads are done.
type WhenDone struct {
	Action  DoneAction `json:"action"`
	Program string     `json:"program,omitempty"` // absolute path for DoneProgram; "": none is chosen
}

// DoneAction is what happens when all uploads are done.
type DoneAction string

// The choices of DoneAction.
const (
	DoneNothing  DoneAction = "nothing"
	DoneSound    DoneAction = "sound"
	DoneSleep    DoneAction = "sleep"
	DoneShutDown DoneAction = "shutDown"
	DoneProgram  DoneAction = "program" // WhenDone.Program is started
)

// DoneActions returns all choices of DoneAction.
func DoneActions() []DoneAction {
	return []DoneAction{DoneNothing, DoneSound, DoneSleep, DoneShutDown, DoneProgram}
}

// Receiver are the settings of the built-in receiver.
type Receiver struct {
	Folder string `json:"folder,omitempty"` // absolute path of the folder for received files; "": the profile's
}

// Notifications selects the desktop notifications, which are silent.
type Notifications struct {
	Finished       bool `json:"finished"`    // a batch is finished
	NeedsAttention bool `json:"needsYou"`    // an upload needs a decision of the user
	Interrupted    bool `json:"interrupted"` // Ferry started hidden with unfinished uploads of an earlier run
}

// Start are the settings for starting and quitting.
type Start struct {
	OnStart     OnStart `json:"onStart"`
	AtLogin     bool    `json:"atLogin"`       // start hidden when the user logs in
	CloseToTray bool    `json:"closeToTray"`   // closing the window hides it, if there is a tray
	ConfirmQuit bool    `json:"askBeforeQuit"` // ask for confirmation while uploads are active
}

// OnStart selects what happens to unfinished uploads of an earlier run.
type OnStart string

// The choices of OnStart.
const (
	OnStartResume OnStart = "continue"
	OnStartAsk    OnStart = "ask" // they wait for the user's answer
)

// Appearance are the settings of the interface's appearance.
type Appearance struct {
	Language words.Language `json:"language"` // "": the system's
	Theme    Theme          `json:"theme"`
	Scale    float64        `json:"scale"` // 1 is the normal size
	Density  Density        `json:"density"`

	Thumbnails bool `json:"thumbnails"` // rows of image files show a small picture, unless the list is compact
}

// Density is the height of the rows of the list.
type Density string

// The densities.
const (
	DensityComfortable Density = "comfortable"
	DensityCompact     Density = "compact" // one line for each row
)

// Theme is light or dark.
type Theme string

// The themes.
const (
	ThemeSystem Theme = "system" // follows the system's
	ThemeLight  Theme = "light"
	ThemeDark   Theme = "dark"
)

// Scales returns the values of [Appearance].Scale that are offered.
func Scales() []float64 { return []float64{0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2} }

// Default returns the default settings.
func Default() Settings {
	return Settings{
		Transfers:     uploader.DefaultSettings(),
		Notifications: Notifications{Finished: true, NeedsAttention: true, Interrupted: true},
		Start:         Start{OnStart: OnStartResume, CloseToTray: true, ConfirmQuit: true},
		Appearance:    Appearance{Theme: ThemeSystem, Scale: 1, Density: DensityComfortable},
		Power:         Power{KeepAwake: KeepAwakePlugged},
		WhenDone:      WhenDone{Action: DoneNothing},
	}
}

// clone returns a deep copy.
func (s Settings) clone() Settings {
	s.Transfers.Schedule = slices.Clone(s.Transfers.Schedule)
	s.Transfers.Ignore = slices.Clone(s.Transfers.Ignore)
	return s
}
