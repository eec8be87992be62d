package connect

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/uploader"
)

// NeedsSecret reports whether an access needs a secret, which a keyring must store.
func NeedsSecret(access uploader.Access) bool {
	return access.SignIn != uploader.SignInNone || ProxyNeedsPassword(access.Proxy)
}

// CompleteSecrets returns the secrets of a server: those that were typed, and otherwise
// those that are stored for the old server and still apply. It may block on the keyring.
func CompleteSecrets(ctx context.Context, keyring Keyring, old, next uploader.Server, typed Secrets) (Secrets, error) {
	keepsSignIn := typed.SignIn == "" && next.Access.SignIn == old.Access.SignIn && next.Access.SignIn != uploader.SignInNone
	keepsProxy := typed.Proxy == "" && ProxyNeedsPassword(next.Access.Proxy) && ProxyNeedsPassword(old.Access.Proxy)
	if old.Access.SecretName == "" || !keepsSignIn && !keepsProxy {
		return typed, nil
	}
	text, err := keyring.Get(ctx, old.Access.SecretName)
	if errors.Is(err, platform.ErrNoSecret) {
		return typed, nil
	}
	if err != nil {
		return Secrets{}, err
	}
	stored, err := DecodeSecrets(text)
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

// SaveSecrets stores the secrets of a server in the keyring, and returns the server with
// their name. It deletes secrets that are no longer needed. It may block on the keyring.
func SaveSecrets(ctx context.Context, keyring platform.Keyring, old, next uploader.Server, secrets Secrets) (uploader.Server, error) {
	name := old.Access.SecretName
	if !NeedsSecret(next.Access) {
		next.Access.SecretName = ""
		if name != "" {
			return next, keyring.Delete(ctx, name)
		}
		return next, nil
	}
	if name == "" {
		name = newSecretName()
	}
	next.Access.SecretName = name
	return next, keyring.Set(ctx, name, secrets.Encode())
}

// newSecretName returns a name that no other server has, in any profile.
func newSecretName() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never returns an error
	return "server-" + hex.EncodeToString(b[:])
}
