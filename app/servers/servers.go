// Package servers implements the dialogs about servers: adding and changing one with a
// startChecked of its address and sign-in, and the list of servers.
package servers

import (
	"log/slog"
	"slices"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// Config is what the dialogs about servers need.
type Config struct {
	Bridge  *bridge.Bridge
	Access  Access
	Dialogs *form.Dialogs
	Log     *slog.Logger

	Unlock     func(then func()) // unlocks the encrypted file for secrets
	ChooseFile func(question platform.ChooserOptions, then func(paths []string))
	Choose     func(uploader.ServerID) // makes a server the destination
}

// Manager opens the dialogs about servers. It lives on the UI's goroutine.
type Manager struct {
	config Config
	dialog *serverDialog // the last one opened
}

// New returns the dialogs about servers.
func New(config Config) *Manager { return &Manager{config: config} }

// Add opens the dialog for a new server.
func (s *Manager) Add() { s.Edit(uploader.Server{}) }

// Edit opens the dialog for a server; with ID 0 it is added.
func (s *Manager) Edit(old uploader.Server) {
	d := newDialog(s.config.Dialogs.Canvas(), old, s.choosePath)
	d.access, d.bridge, d.unlock, d.save = s.config.Access, s.config.Bridge, s.config.Unlock, s.save
	s.dialog = d
	s.config.Dialogs.Present(d.box)
	d.readStorage()
	s.config.Dialogs.Canvas().Focus(d.firstField())
}

// SignIn opens the dialog for a server that needs a sign-in. One without a sign-in so
// far gets the most usual kind.
func (s *Manager) SignIn(server uploader.Server) {
	s.Edit(server)
	if server.Access.SignIn == uploader.SignInNone {
		s.dialog.signIn.SetSelectedIndex(slices.Index(signIns, uploader.SignInBearer))
		s.config.Dialogs.Canvas().Focus(s.dialog.secret)
	}
}

func (s *Manager) save(server uploader.Server, done func(error)) {
	s.config.Bridge.Send(uploader.SaveServer{Server: server}, func(err error) {
		if err == nil && server.ID != 0 { // also when only a secret has changed
			s.config.Bridge.Send(uploader.Unblock{Server: server.ID}, nil)
		}
		s.config.Bridge.Post(func() { done(err); s.chooseSaved(server, err) })
	})
}

// chooseSaved makes a server that was just added the destination.
func (s *Manager) chooseSaved(saved uploader.Server, err error) {
	all := s.config.Bridge.Snapshot().Servers
	i := slices.IndexFunc(all, func(s uploader.Server) bool { return s.Endpoint == saved.Endpoint })
	if err != nil || i < 0 || saved.ID != 0 {
		return
	}
	s.config.Choose(all[i].ID)
}

// choosePath asks for a file, and writes its path into a field.
func (s *Manager) choosePath(e *form.Entry) {
	question := platform.ChooserOptions{Title: words.Text("server.choose.title"), AcceptLabel: words.Text("server.choose.accept")}
	s.config.ChooseFile(question, func(paths []string) { e.SetText(paths[0]) })
}
