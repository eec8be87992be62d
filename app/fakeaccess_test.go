package app

import (
	"context"
	"sync"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/uploader"
)

// fakeAccess is a keyring in memory, and answers as the engine's probe does.
type fakeAccess struct {
	engine *fakeEngine

	mu         sync.Mutex
	keeping    platform.Keeping
	passphrase string
	kept       map[string]string
	refuse     error
	tried      []uploader.Server
	shown      []connect.Secrets // to servers that were tried
	upload     *connect.Answer
}

func newFakeAccess(engine *fakeEngine) *fakeAccess {
	return &fakeAccess{engine: engine, kept: map[string]string{}}
}

func (a *fakeAccess) Try(ctx context.Context, server uploader.Server, secrets *connect.Secrets) (connect.Answer, error) {
	a.mu.Lock()
	a.tried, a.shown = append(a.tried, server), append(a.shown, *secrets)
	upload := a.upload
	a.mu.Unlock()
	can, err := a.engine.probe(ctx, server.Endpoint)
	if upload != nil {
		return *upload, err
	}
	return connect.Answer{Capabilities: can}, err
}

func (a *fakeAccess) Keeping(context.Context) platform.Keeping {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.keeping
}

func (a *fakeAccess) Unlock(_ context.Context, passphrase string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.passphrase != "" && a.passphrase != passphrase {
		return platform.ErrPassphrase
	}
	a.passphrase, a.keeping = passphrase, platform.KeptInFile
	return nil
}

func (a *fakeAccess) Get(_ context.Context, name string) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	text, ok := a.kept[name]
	if !ok {
		return "", platform.ErrNoSecret
	}
	return text, nil
}

func (a *fakeAccess) Set(_ context.Context, name, secret string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.refuse != nil:
		return a.refuse
	case a.keeping == platform.KeptLocked:
		return platform.ErrLocked
	}
	a.kept[name] = secret
	return nil
}

func (a *fakeAccess) Delete(_ context.Context, name string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.kept, name)
	return nil
}

// secret is what is kept under a name.
func (a *fakeAccess) secret(name string) (connect.Secrets, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	text, ok := a.kept[name]
	secrets, _ := connect.Unpack(text)
	return secrets, ok
}
