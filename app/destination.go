package app

import (
	"github.com/ferryapp/ferry/app/windowstate"
	"github.com/ferryapp/ferry/uploader"
)

// destination is the chosen server for new uploads. It is the built-in receiver until one
// is chosen, and if that is removed.
type destination struct{ state *windowstate.Current }

func (d *destination) choose(id uploader.ServerID) {
	d.state.Update(func(s *windowstate.State) { s.Destination = id })
}

// server returns the chosen server as it is in the snapshot.
func (d *destination) server(s *uploader.Snapshot) uploader.Server {
	if server, ok := s.Server(d.state.Get().Destination); ok {
		return server
	}
	return uploader.Server{ID: uploader.BuiltinServer}
}
