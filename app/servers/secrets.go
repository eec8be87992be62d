package servers

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/uploader"
)

// Access is what signing in to servers needs: a *connect.Connector, and the *platform.AppKeyring
// that it reads.
type Access interface {
	Test(ctx context.Context, server uploader.Server, secrets *connect.Secrets) (connect.TestResult, error)
	Storage(ctx context.Context) platform.Storage
	Unlock(ctx context.Context, passphrase string) error
	platform.Keyring
}

// completeSecrets are the secrets of a server: those that were typed, and otherwise
// those stored for the server that is being changed. It may block on the keyring.
func completeSecrets(ctx context.Context, access Access, old, next uploader.Server, typed connect.Secrets) (connect.Secrets, error) {
	keepsSignIn := typed.SignIn == "" && next.Access.SignIn == old.Access.SignIn && next.Access.SignIn != uploader.SignInNone
	keepsProxy := typed.Proxy == "" && connect.ProxyNeedsPassword(next.Access.Proxy) && connect.ProxyNeedsPassword(old.Access.Proxy)
	if old.Access.SecretName == "" || !keepsSignIn && !keepsProxy {
		return typed, nil
	}
	text, err := access.Get(ctx, old.Access.SecretName)
	if errors.Is(err, platform.ErrNoSecret) {
		return typed, nil
	}
	if err != nil {
		return connect.Secrets{}, err
	}
	kept, err := connect.DecodeSecrets(text)
	if err != nil {
		return typed, nil //nolint:nilerr // what is stored cannot be used
	}
	if keepsSignIn {
		typed.SignIn = kept.SignIn
	}
	if keepsProxy {
		typed.Proxy = kept.Proxy
	}
	return typed, nil
}

// saveSecrets stores a server's secrets in the keyring, and returns the server with
// their name. Secrets that are no longer needed are deleted. It may block on the
// keyring.
func saveSecrets(ctx context.Context, access Access, old, next uploader.Server, secrets connect.Secrets) (uploader.Server, error) {
	name := old.Access.SecretName
	if next.Access.SignIn == uploader.SignInNone && !connect.ProxyNeedsPassword(next.Access.Proxy) {
		next.Access.SecretName = ""
		if name != "" {
			return next, access.Delete(ctx, name)
		}
		return next, nil
	}
	if name == "" {
		name = newSecretName()
	}
	next.Access.SecretName = name
	return next, access.Set(ctx, name, secrets.Encode())
}

// newSecretName is a name that no other server has, in any profile.
func newSecretName() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails: it crashes the program instead
	return "server-" + hex.EncodeToString(b[:])
}
