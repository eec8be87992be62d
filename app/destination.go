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

// chooseFolder keeps the folder on a server that was given last; "" for none.
func (d *destination) chooseFolder(id uploader.ServerID, folder string) {
	d.state.Update(func(s *windowstate.State) {
		if folder == "" {
			delete(s.Folders, id)
			return
		}
		if s.Folders == nil {
			s.Folders = map[uploader.ServerID]string{}
		}
		s.Folders[id] = folder
	})
}

// folder returns the folder on a server that was given last; "" for none.
func (d *destination) folder(id uploader.ServerID) string { return d.state.Get().Folders[id] }

// server returns the chosen server as it is in the snapshot.
func (d *destination) server(s *uploader.Snapshot) uploader.Server {
	if server, ok := s.Server(d.state.Get().Destination); ok {
		return server
	}
	return uploader.Server{ID: uploader.BuiltinServer}
}
