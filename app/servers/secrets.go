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

// Access tests servers and stores their secrets. It combines a *connect.Connector and the
// *platform.AppKeyring that the connector reads.
type Access interface {
	Test(ctx context.Context, server uploader.Server, secrets *connect.Secrets) (connect.TestResult, error)
	WithLimits(ctx context.Context, server uploader.Server, secrets *connect.Secrets) uploader.Server
	Storage(ctx context.Context) platform.Storage
	Unlock(ctx context.Context, passphrase string) error
	platform.Keyring
}

// completeSecrets returns the secrets of a server: those that were typed, and otherwise
// those that are stored for the old server and still apply. It may block on the keyring.
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
	stored, err := connect.DecodeSecrets(text)
	if err != nil {
		return typed, nil //nolint:nilerr // invalid stored secrets are replaced
	}
	if keepsSignIn {
		typed.SignIn = stored.SignIn
	}
	if keepsProxy {
		typed.Proxy = stored.Proxy
	}
	return typed, nil
}

// saveSecrets stores the secrets of a server in the keyring, and returns the server with
// their name. It deletes secrets that are no longer needed. It may block on the keyring.
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

// newSecretName returns a name that no other server has, in any profile.
func newSecretName() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never returns an error
	return "server-" + hex.EncodeToString(b[:])
}
