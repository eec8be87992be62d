package theme

import "fyne.io/fyne/v2"

// Tone is a state that is expressed by a colour, always together with an icon or a
// text.
type Tone uint8

// The tones.
const (
	Muted   Tone = iota // inactive: waiting, paused
	Active              // in progress
	Success             // done
	Warning             // needs attention
	Error               // failed
)

var toneColors = [...]struct{ strong, soft fyne.ThemeColorName }{
	Muted:   {ColorMuted, ColorMutedSoft},
	Active:  {ColorAccent, ColorAccentSoft},
	Success: {ColorSuccess, ColorSuccessSoft},
	Warning: {ColorWarning, ColorWarningSoft},
	Error:   {ColorError, ColorErrorSoft},
}

// Color returns the colour of texts and icons in the tone.
func (t Tone) Color() fyne.ThemeColorName { return toneColors[t].strong }

// Soft returns the colour of backgrounds in the tone.
func (t Tone) Soft() fyne.ThemeColorName { return toneColors[t].soft }
