// Package servers implements the dialogs about servers: adding and changing one with a check
// of its address and sign-in, and the list of servers.
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

	Unlock     func(then func()) // unlocks or creates the encrypted file for secrets
	ChooseFile func(options platform.ChooserOptions, then func(paths []string))
	Choose     func(uploader.ServerID) // makes a server the destination
}

// Manager opens the dialogs about servers. It must be used on the UI goroutine.
type Manager struct {
	config Config
	dialog *serverDialog // the last one that was opened
	signIn *signInDialog // the last one that was opened
}

// New returns the dialogs about servers.
func New(config Config) *Manager { return &Manager{config: config} }

// Add opens the dialog for a new server.
func (m *Manager) Add() { m.Edit(uploader.Server{}) }

// Propose opens the dialog for a new server with a name and an address that come from
// someone else. The user may change them, tests the server and adds it.
func (m *Manager) Propose(name, address string) {
	m.Add()
	m.dialog.name.SetText(name)
	m.dialog.address.SetText(address)
	m.dialog.arrange() // shows the name
	m.dialog.resize()
}

// Edit opens the dialog for a server. A server with ID 0 is added.
func (m *Manager) Edit(old uploader.Server) {
	d := newDialog(m.config.Dialogs.Canvas(), old, m.choosePath)
	d.access, d.bridge, d.unlock, d.save = m.config.Access, m.config.Bridge, m.config.Unlock, m.save
	d.dialogs = m.config.Dialogs
	m.dialog = d
	drops := form.Drops{}
	if old.ID == 0 {
		drops.Notice = "waiting.new-server"
	}
	m.config.Dialogs.PresentWith(d.box, drops)
	d.readStorage()
	m.config.Dialogs.Canvas().Focus(d.firstField())
}

// save saves a server, and unblocks it if it is not new.
func (m *Manager) save(server uploader.Server, done func(error)) {
	m.config.Bridge.Send(uploader.SaveServer{Server: server}, func(err error) {
		if err == nil && server.ID != 0 { // even if only a secret has changed
			m.config.Bridge.Send(uploader.Unblock{Server: server.ID}, nil)
		}
		m.config.Bridge.Post(func() { done(err); m.chooseSaved(server, err) })
	})
}

// chooseSaved makes a server that was just added the destination.
func (m *Manager) chooseSaved(saved uploader.Server, err error) {
	servers := m.config.Bridge.Snapshot().Servers
	i := slices.IndexFunc(servers, func(s uploader.Server) bool { return s.Endpoint == saved.Endpoint })
	if err != nil || i < 0 || saved.ID != 0 {
		return
	}
	m.config.Choose(servers[i].ID)
}

// choosePath opens a file dialog, and sets a field to the path of the chosen file.
func (m *Manager) choosePath(e *form.Entry) {
	options := platform.ChooserOptions{Title: words.Text("server.choose.title"), AcceptLabel: words.Text("server.choose.accept")}
	m.config.ChooseFile(options, func(paths []string) { e.SetText(paths[0]) })
}
