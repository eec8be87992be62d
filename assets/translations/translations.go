// Package translations embeds Ferry's interface texts: one JSON file for each
// area and language, named <area>.<language>.json, in the format of
// github.com/nicksnyder/go-i18n. The area toolkit overrides the texts of Fyne
// under Fyne's keys, because Fyne names some languages differently. To add a
// language, add its files.
package translations

import "embed"

// FS holds the translation files.
//
//go:embed *.json
var FS embed.FS
