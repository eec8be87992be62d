package theme

import "fyne.io/fyne/v2"

// Tone is what a colour means: how something is doing. It never stands alone;
// a glyph and a word say the same.
type Tone uint8

// The tones.
const (
	Muted   Tone = iota // at rest: waiting, paused
	Active              // moving
	Success             // arrived
	Warning             // needs the user, nothing is lost
	Error               // failed
)

var toneColors = [...]struct{ strong, soft fyne.ThemeColorName }{
	Muted:   {ColorMuted, ColorMutedSoft},
	Active:  {ColorAccent, ColorAccentSoft},
	Success: {ColorSuccess, ColorSuccessSoft},
	Warning: {ColorWarning, ColorWarningSoft},
	Error:   {ColorError, ColorErrorSoft},
}

// Color is the colour of the tone's words and glyphs.
func (t Tone) Color() fyne.ThemeColorName { return toneColors[t].strong }

// Soft is the colour of a background in that tone.
func (t Tone) Soft() fyne.ThemeColorName { return toneColors[t].soft }
