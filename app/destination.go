package app

import (
	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/uploader"
)

const prefDestination = "destination"

// destination is the chosen server for new uploads. It is stored in the preferences, and
// is the built-in receiver if the server is removed. It must be used on the UI goroutine.
type destination struct {
	preferences fyne.Preferences
	chosen      uploader.ServerID
}

func loadDestination(memory fyne.Preferences) *destination {
	id := memory.IntWithFallback(prefDestination, int(uploader.BuiltinServer))
	return &destination{preferences: memory, chosen: uploader.ServerID(id)}
}

func (d *destination) choose(id uploader.ServerID) {
	d.chosen = id
	d.preferences.SetInt(prefDestination, int(id))
}

// server returns the chosen server as it is in the snapshot.
func (d *destination) server(s *uploader.Snapshot) uploader.Server {
	if server, ok := s.Server(d.chosen); ok {
		return server
	}
	return uploader.Server{ID: uploader.BuiltinServer}
}
