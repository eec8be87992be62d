package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

// Colours in addition to those of Fyne.
const (
	ColorSurface     fyne.ThemeColorName = "ferrySurface"    // background of lists and cards
	ColorMuted       fyne.ThemeColorName = "ferryMuted"      // secondary text, Tone Muted
	ColorTile        fyne.ThemeColorName = "ferryTile"       // tile behind an icon
	ColorTrack       fyne.ThemeColorName = "ferryTrack"      // progress bar: not sent; the rest has the colour of its tone
	ColorAction      fyne.ThemeColorName = "ferryAction"     // button in a row, translucent
	ColorAccentSoft  fyne.ThemeColorName = "ferryAccentSoft" // backgrounds of badges and banners
	ColorMutedSoft   fyne.ThemeColorName = "ferryMutedSoft"
	ColorSuccessSoft fyne.ThemeColorName = "ferrySuccessSoft"
	ColorWarningSoft fyne.ThemeColorName = "ferryWarningSoft"
	ColorErrorSoft   fyne.ThemeColorName = "ferryErrorSoft"
	ColorToast       fyne.ThemeColorName = "ferryToast"       // background of toasts and tooltips: dark in the light variant
	ColorOnToast     fyne.ThemeColorName = "ferryOnToast"     // text of toasts and tooltips
	ColorToastAction fyne.ThemeColorName = "ferryToastAction" // button of a toast
)

// Shorter names for colours of Fyne.
const (
	ColorAccent  = fynetheme.ColorNamePrimary
	ColorText    = fynetheme.ColorNameForeground
	ColorSuccess = fynetheme.ColorNameSuccess
	ColorWarning = fynetheme.ColorNameWarning
	ColorError   = fynetheme.ColorNameError
)

// shade is a colour in both variants.
type shade struct{ light, dark color.NRGBA }

// palette contains all colours.
var palette = map[fyne.ThemeColorName]shade{
	fynetheme.ColorNameBackground:          {rgb(0xF4F7F8), rgb(0x11191D)},
	ColorSurface:                           {rgb(0xFFFFFF), rgb(0x172126)},
	fynetheme.ColorNameForeground:          {rgb(0x13252C), rgb(0xE3ECEF)},
	ColorMuted:                             {rgb(0x586A73), rgb(0x93A7B0)},
	fynetheme.ColorNamePlaceHolder:         {rgb(0x5F717A), rgb(0x8CA0A9)},
	fynetheme.ColorNameDisabled:            {rgb(0x9BABB3), rgb(0x586A73)},
	fynetheme.ColorNameSeparator:           {rgb(0xE2E9EC), rgb(0x25333A)},
	fynetheme.ColorNameShadow:              {tint(0x0B2B36, 0x24), tint(0x000000, 0x66)},
	ColorTile:                              {rgb(0xEBF1F3), rgb(0x202D33)},
	ColorTrack:                             {tint(0x0B3B47, 0x22), tint(0xC9F0F7, 0x1F)},
	fynetheme.ColorNamePrimary:             {rgb(0x0A6E81), rgb(0x45B8CA)},
	fynetheme.ColorNameForegroundOnPrimary: {rgb(0xFFFFFF), rgb(0x07222A)},
	fynetheme.ColorNameHyperlink:           {rgb(0x0A6E81), rgb(0x45B8CA)},
	fynetheme.ColorNameFocus:               {tint(0x4FA8B8, 0x66), tint(0xB5EEF8, 0x4D)},
	fynetheme.ColorNameSelection:           {rgb(0xDCEEF2), rgb(0x1C3D47)},
	fynetheme.ColorNameHover:               {tint(0x0B3B47, 0x0D), tint(0xC9F0F7, 0x0F)},
	fynetheme.ColorNamePressed:             {tint(0x0B3B47, 0x1F), tint(0xC9F0F7, 0x24)},

	fynetheme.ColorNameSuccess:             {rgb(0x1A7548), rgb(0x5CC692)},
	fynetheme.ColorNameForegroundOnSuccess: {rgb(0xFFFFFF), rgb(0x06261A)},
	fynetheme.ColorNameWarning:             {rgb(0x8C5400), rgb(0xE5AE55)},
	fynetheme.ColorNameForegroundOnWarning: {rgb(0xFFFFFF), rgb(0x2B1B00)},
	fynetheme.ColorNameError:               {rgb(0xB3352B), rgb(0xF28F83)},
	fynetheme.ColorNameForegroundOnError:   {rgb(0xFFFFFF), rgb(0x330B07)},
	ColorAccentSoft:                        {rgb(0xE0F0F3), rgb(0x17343C)},
	ColorAction:                            {tint(0x0A6E81, 0x1F), tint(0x45B8CA, 0x2B)},
	ColorMutedSoft:                         {rgb(0xEBF0F2), rgb(0x222F35)},
	ColorSuccessSoft:                       {rgb(0xE3F3EA), rgb(0x173329)},
	ColorWarningSoft:                       {rgb(0xFBF0DC), rgb(0x362B16)},
	ColorErrorSoft:                         {rgb(0xFBE9E6), rgb(0x3B2220)},
	ColorToast:                             {rgb(0x1B2D34), rgb(0xE3ECEF)},
	ColorOnToast:                           {rgb(0xF1F6F8), rgb(0x13252C)},
	ColorToastAction:                       {rgb(0x6FD0DF), rgb(0x0A6E81)},

	fynetheme.ColorNameButton:                    {rgb(0xE6EDF0), rgb(0x26343B)},
	fynetheme.ColorNameDisabledButton:            {rgb(0xEDF1F3), rgb(0x1C272C)},
	fynetheme.ColorNameInputBackground:           {rgb(0xFFFFFF), rgb(0x1B262C)},
	fynetheme.ColorNameInputBorder:               {rgb(0x7A8B95), rgb(0x687C86)},
	fynetheme.ColorNameMenuBackground:            {rgb(0xFFFFFF), rgb(0x1F2B31)},
	fynetheme.ColorNameOverlayBackground:         {rgb(0xFFFFFF), rgb(0x1B262C)},
	fynetheme.ColorNameHeaderBackground:          {rgb(0xF4F7F8), rgb(0x1B262C)},
	fynetheme.ColorNameInnerWindowBorder:         {rgb(0xC6D2D7), rgb(0x3A4A52)},
	fynetheme.ColorNameInnerWindowBorderInactive: {rgb(0xE2E9EC), rgb(0x25333A)},
	fynetheme.ColorNameScrollBar:                 {tint(0x13252C, 0x85), tint(0xE3ECEF, 0x66)},
	fynetheme.ColorNameScrollBarBackground:       {tint(0x13252C, 0x0A), tint(0xE3ECEF, 0x0A)},
}

func rgb(hex uint32) color.NRGBA { return tint(hex, 0xFF) }

func tint(hex uint32, alpha uint8) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: alpha} //nolint:gosec // the lower byte of each
}
