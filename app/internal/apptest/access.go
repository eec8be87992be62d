// Package apptest provides fakes and fixtures for the tests of package app and the packages
// below it: an engine and a keyring in memory, transfers in every state, and the UI's
// goroutine.
package apptest

import (
	"context"
	"sync"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/uploader"
)

// Access is a servers.Access with a keyring in memory. Test calls the engine's ProbeFunc,
// unless Result is set.
type Access struct {
	engine *Engine

	mu           sync.Mutex
	StorageState platform.Storage
	Passphrase   string            // accepted by Unlock; any if ""
	Stored       map[string]string // the keyring, by name
	ForRun       map[string]string // secrets passed to SetForRun, by name
	Err          error             // returned by Set
	Tested       []uploader.Server // the servers passed to Test
	Secrets      []connect.Secrets // the secrets passed to Test
	Result       *uploader.ServerTest

	Limits func(uploader.ServerOptions) uploader.ServerOptions // what WithLimits finds out; nil: nothing
}

// NewAccess returns an empty keyring.
func NewAccess(engine *Engine) *Access {
	return &Access{engine: engine, Stored: map[string]string{}, ForRun: map[string]string{}}
}

// Test implements servers.Access.
func (a *Access) Test(ctx context.Context, server uploader.Server, secrets *connect.Secrets) (uploader.ServerTest, error) {
	a.mu.Lock()
	a.Tested, a.Secrets = append(a.Tested, server), append(a.Secrets, *secrets)
	result := a.Result
	a.mu.Unlock()
	can, err := a.engine.ProbeFunc(ctx, server.Endpoint)
	if result != nil {
		return *result, err
	}
	return uploader.ServerTest{Capabilities: can}, err
}

// WithLimits implements servers.Access.
func (a *Access) WithLimits(_ context.Context, server uploader.Server, _ *connect.Secrets) uploader.Server {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.Limits != nil {
		server.Options = a.Limits(server.Options)
	}
	return server
}

// Storage implements servers.Access.
func (a *Access) Storage(context.Context) platform.Storage {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.StorageState
}

// Unlock implements servers.Access.
func (a *Access) Unlock(_ context.Context, passphrase string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.Passphrase != "" && a.Passphrase != passphrase {
		return platform.ErrPassphrase
	}
	a.Passphrase, a.StorageState = passphrase, platform.StorageFile
	return nil
}

// Get implements platform.Keyring.
func (a *Access) Get(_ context.Context, name string) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	text, ok := a.Stored[name]
	if !ok {
		return "", platform.ErrNoSecret
	}
	return text, nil
}

// Set implements platform.Keyring.
func (a *Access) Set(_ context.Context, name, secret string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.Err != nil:
		return a.Err
	case a.StorageState == platform.StorageLockedFile:
		return platform.ErrLocked
	}
	a.Stored[name] = secret
	return nil
}

// SetForRun implements servers.Access.
func (a *Access) SetForRun(_ context.Context, name, secret string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ForRun[name] = secret
	return nil
}

// Delete implements platform.Keyring.
func (a *Access) Delete(_ context.Context, name string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.Stored, name)
	return nil
}

// Secret returns the secrets stored under a name, and whether there are any.
func (a *Access) Secret(name string) (connect.Secrets, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	text, ok := a.Stored[name]
	secrets, _ := connect.DecodeSecrets(text)
	return secrets, ok
}
