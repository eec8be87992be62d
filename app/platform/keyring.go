package platform

import (
	"context"
	"errors"
	"sync"
)

// Keyring keeps secrets under names. Its methods may be called from any
// goroutine, and may wait for a person whom the system asks to unlock it.
type Keyring interface {
	// Get returns a secret. It fails with ErrNoSecret for a name that has none,
	// and with ErrLocked when it needs somebody to unlock it first.
	Get(ctx context.Context, name string) (string, error)

	// Set keeps a secret, in place of one that is there under that name.
	Set(ctx context.Context, name, secret string) error

	// Delete forgets a secret. One that is not there is no error.
	Delete(ctx context.Context, name string) error
}

// What a Keyring fails with.
var (
	ErrNoSecret = errors.New("there is no such secret")
	ErrLocked   = errors.New("the keyring is locked")
)

// Keeping is where secrets are kept.
type Keeping uint8

// The places for secrets.
const (
	KeptBySystem Keeping = iota // in the system's own keyring
	KeptInFile                  // in an encrypted file, which is open
	KeptLocked                  // in an encrypted file, for which nobody has said the passphrase yet
	KeptForNow                  // in memory: forgotten when the program ends
)

// Keys is the keyring of a program: an encrypted file where somebody made one,
// otherwise the system's own, and where there is none, or it fails, memory. It
// may be used by several goroutines.
type Keys struct {
	system Keyring
	there  func(context.Context) bool // whether there is a system's keyring
	vault  *Vault

	mu     sync.Mutex
	looked bool // there was asked
	absent bool // the system has none, or it failed
	now    map[string]string
}

// NewKeys makes the keyring of a program whose encrypted file would be at path.
func NewKeys(path string) *Keys {
	return newKeys(newSystemKeyring(), HasKeyring, NewVault(path))
}

func newKeys(system Keyring, there func(context.Context) bool, vault *Vault) *Keys {
	return &Keys{system: system, there: there, vault: vault, now: map[string]string{}}
}

// Keeping says where a secret would be kept now.
func (k *Keys) Keeping(ctx context.Context) Keeping {
	switch {
	case k.vault.Open():
		return KeptInFile
	case k.vault.Exists():
		return KeptLocked
	case k.isAbsent(ctx):
		return KeptForNow
	default:
		return KeptBySystem
	}
}

// Unlock opens the encrypted file, or makes one. What was kept in memory so far
// goes into it. It fails with ErrPassphrase for a wrong passphrase.
func (k *Keys) Unlock(ctx context.Context, passphrase string) error {
	if err := k.vault.Unlock(passphrase); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for name, secret := range k.now {
		if err := k.vault.Set(ctx, name, secret); err != nil {
			return err
		}
		delete(k.now, name)
	}
	return nil
}

// Get implements Keyring.
func (k *Keys) Get(ctx context.Context, name string) (string, error) {
	if secret, ok := k.remembered(name); ok {
		return secret, nil
	}
	switch k.Keeping(ctx) {
	case KeptInFile:
		return k.vault.Get(ctx, name)
	case KeptLocked:
		return "", ErrLocked
	case KeptForNow:
		return "", ErrNoSecret
	default:
		return k.system.Get(ctx, name)
	}
}

// Set implements Keyring. A system's keyring that fails is not used again:
// Keeping says so.
func (k *Keys) Set(ctx context.Context, name, secret string) error {
	switch k.Keeping(ctx) {
	case KeptInFile:
		return k.vault.Set(ctx, name, secret)
	case KeptLocked:
		return ErrLocked
	case KeptBySystem:
		err := k.system.Set(ctx, name, secret)
		if err == nil || ctx.Err() != nil {
			return err
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.looked, k.absent = true, true
	k.now[name] = secret
	return nil
}

// Delete implements Keyring.
func (k *Keys) Delete(ctx context.Context, name string) error {
	k.mu.Lock()
	delete(k.now, name)
	k.mu.Unlock()
	switch k.Keeping(ctx) {
	case KeptInFile:
		return k.vault.Delete(ctx, name)
	case KeptLocked:
		return ErrLocked
	case KeptForNow:
		return nil
	default:
		return k.system.Delete(ctx, name)
	}
}

func (k *Keys) remembered(name string) (secret string, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	secret, ok = k.now[name]
	return secret, ok
}

// isAbsent looks once whether there is a system's keyring.
func (k *Keys) isAbsent(ctx context.Context) bool {
	k.mu.Lock()
	looked, absent := k.looked, k.absent
	k.mu.Unlock()
	if looked {
		return absent
	}
	there := k.there(ctx)
	if ctx.Err() != nil {
		return false // nothing is known
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.looked {
		k.looked, k.absent = true, !there
	}
	return k.absent
}
