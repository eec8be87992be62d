// Package docs embeds the changelog, which the program shows. It is beside the file,
// because a Go file can embed only what is in its own folder.
//
// All functions may be called from any goroutine.
package docs

import (
	_ "embed"
	"regexp"
	"strings"
)

//go:embed CHANGELOG.md
var changelog string

// Release is the section of the changelog about one release.
type Release struct {
	Version string // such as "0.1.0"; "" for what is not released yet
	Date    string // such as "2026-11-22"; "" for what is not released yet
	Changes string // Markdown, in English
}

// Text returns the changes as plain text: a paragraph for each, without the marks of
// Markdown that the changelog uses. These are lists of one level, emphasis and code.
func (r Release) Text() string {
	var text strings.Builder
	for line := range strings.Lines(r.Changes) {
		line = strings.TrimRight(line, "\r\n")
		item, isItem := strings.CutPrefix(line, "- ")
		rest, isRest := strings.CutPrefix(line, "  ")
		switch {
		case isItem:
			text.WriteString("\n\n• " + item)
		case line == "":
		case isRest:
			text.WriteString(" " + rest)
		default:
			text.WriteString("\n" + line)
		}
	}
	return strings.Trim(withoutMarks(text.String()), "\n")
}

// emphasis matches what has the marks of emphasis, which the changelog uses for what the
// window calls things.
var emphasis = regexp.MustCompile(`\*([^*]+)\*`)

// withoutMarks removes the marks of code, which stays as it is, and has quotation marks in
// place of those of emphasis.
func withoutMarks(text string) string {
	parts := strings.Split(text, "`")
	for i := range parts {
		if i%2 == 0 {
			parts[i] = emphasis.ReplaceAllString(strings.ReplaceAll(parts[i], "**", ""), "“$1”")
		}
	}
	return strings.Join(parts, "")
}

// Releases returns the releases in the changelog, newest first.
func Releases() []Release { return parse(changelog) }

// ReleaseOf returns the release that a version of the program belongs to: "0.2.0" for
// "0.2.0+a47d76a3" and for "0.2.0-dev+a47d76a3", which was built before that release. It is ""
// for a program that was built without make, which has no number.
func ReleaseOf(version string) string {
	release, _, _ := strings.Cut(version, "+")
	release, _, _ = strings.Cut(release, "-")
	if release == "" || release[0] < '0' || release[0] > '9' {
		return ""
	}
	return release
}

// IsBetweenReleases reports whether a version of the program was built before the release
// that ReleaseOf returns for it.
func IsBetweenReleases(version string) bool {
	release, _, _ := strings.Cut(version, "+")
	return strings.HasSuffix(release, "-dev")
}

const (
	headingStart = "## "
	unreleased   = "Unreleased"
)

// parse returns the releases in a changelog. Each begins with a heading such as
// "## 0.1.0, 2026-11-22" or "## Unreleased"; what is before the first one is left out.
func parse(text string) []Release {
	var releases []Release
	var changes strings.Builder
	end := func() {
		if len(releases) > 0 {
			releases[len(releases)-1].Changes = strings.Trim(changes.String(), "\n")
		}
		changes.Reset()
	}
	for line := range strings.Lines(text) {
		heading, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), headingStart)
		if !ok {
			changes.WriteString(line)
			continue
		}
		end()
		if heading == unreleased {
			releases = append(releases, Release{})
			continue
		}
		version, date, _ := strings.Cut(heading, ", ")
		releases = append(releases, Release{Version: version, Date: date})
	}
	end()
	return releases
}
