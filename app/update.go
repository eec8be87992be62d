package app

import (
	"slices"

	"github.com/ferryapp/ferry/app/frame"
	"github.com/ferryapp/ferry/app/windowstate"
	"github.com/ferryapp/ferry/docs"
)

// offerChanges offers what has changed if a version is of a newer release than the one
// whose changes the user knows of. It is offered at each start until the user has seen or
// dismissed it. An earlier release than that one offers nothing, and neither does a build
// between releases, whose changes are not complete. It must be called on the UI goroutine.
func offerChanges(state *windowstate.Current, version string, banner *frame.Banner, show func()) {
	known, release := state.Get().Release, docs.ReleaseOf(version)
	if release == "" || known == release || docs.IsBetweenReleases(version) {
		return
	}
	seen := func() { state.Update(func(s *windowstate.State) { s.Release = release }) }
	if known != "" && !slices.ContainsFunc(docs.Releases(), func(r docs.Release) bool { return r.Version == known }) {
		seen() // the changelog has all earlier releases, so known is a later one
		return
	}
	banner.ShowUpdate(release, show, seen)
}
