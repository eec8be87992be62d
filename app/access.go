package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/uploader"
)

// Access is what the face needs for signing in to servers: a *connect.Book and the
// *platform.Keys that it reads, whose methods' contracts it has.
type Access interface {
	Try(ctx context.Context, server uploader.Server, secrets *connect.Secrets) (connect.Answer, error)
	Keeping(ctx context.Context) platform.Keeping
	Unlock(ctx context.Context, passphrase string) error
	platform.Keyring
}

// whole is what a server's secrets are: those typed, and where none was typed
// those kept of a server that is only changed. It may wait for the keyring.
func whole(ctx context.Context, access Access, old, next uploader.Server, typed connect.Secrets) (connect.Secrets, error) {
	keepsSignIn := typed.SignIn == "" && next.Access.SignIn == old.Access.SignIn && next.Access.SignIn != uploader.SignInNone
	keepsProxy := typed.Proxy == "" && connect.ProxyAsks(next.Access.Proxy) && connect.ProxyAsks(old.Access.Proxy)
	if old.Access.Secret == "" || !keepsSignIn && !keepsProxy {
		return typed, nil
	}
	text, err := access.Get(ctx, old.Access.Secret)
	if errors.Is(err, platform.ErrNoSecret) {
		return typed, nil
	}
	if err != nil {
		return connect.Secrets{}, err
	}
	kept, err := connect.Unpack(text)
	if err != nil {
		return typed, nil //nolint:nilerr // what is there is of no use to anybody
	}
	if keepsSignIn {
		typed.SignIn = kept.SignIn
	}
	if keepsProxy {
		typed.Proxy = kept.Proxy
	}
	return typed, nil
}

// keep puts a server's secrets into the keyring, and returns the server with their
// name. What is not needed any more goes. It may wait for the keyring.
func keep(ctx context.Context, access Access, old, next uploader.Server, secrets connect.Secrets) (uploader.Server, error) {
	name := old.Access.Secret
	if next.Access.SignIn == uploader.SignInNone && !connect.ProxyAsks(next.Access.Proxy) {
		next.Access.Secret = ""
		if name != "" {
			return next, access.Delete(ctx, name)
		}
		return next, nil
	}
	if name == "" {
		name = newSecretName()
	}
	next.Access.Secret = name
	return next, access.Set(ctx, name, secrets.Pack())
}

// newSecretName is a name that no other server has, in this profile or another.
func newSecretName() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails: it crashes the program instead
	return "server-" + hex.EncodeToString(b[:])
}
