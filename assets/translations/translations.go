// Package translations holds what Ferry says, one JSON file for each area and
// language: <area>.<language>.json. The area toolkit is what Fyne says by itself,
// under Fyne's keys; Fyne has them too, but for languages under other names than
// Ferry's. The format is that of github.com/nicksnyder/go-i18n. Adding a language
// is adding its files.
package translations

import "embed"

// FS holds the files.
//
//go:embed *.json
var FS embed.FS
