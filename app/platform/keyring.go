package platform

import (
	"context"
	"errors"
	"sync"
)

// Keyring stores secrets by name. Its methods may be called from any goroutine, and
// may block until the user has answered the system's prompt to unlock it.
type Keyring interface {
	// Get returns a secret. It fails with [ErrNoSecret] if the name has none, and
	// with [ErrLocked] if the keyring must be unlocked first.
	Get(ctx context.Context, name string) (string, error)

	// Set stores or replaces a secret.
	Set(ctx context.Context, name, secret string) error

	// Delete deletes a secret. A name that has none is no error.
	Delete(ctx context.Context, name string) error
}

// Errors of a [Keyring].
var (
	ErrNoSecret = errors.New("no such secret")
	ErrLocked   = errors.New("keyring is locked")
)

// Storage is the place where secrets are stored.
type Storage uint8

// The places for secrets.
const (
	StorageSystem     Storage = iota // the system's keyring
	StorageFile                      // an encrypted file, unlocked
	StorageLockedFile                // an encrypted file, locked
	StorageMemory                    // memory: lost when the program exits
)

// AppKeyring is the keyring of the program. It stores secrets in the encrypted file if the
// user created one, otherwise in the system's keyring, and in memory while there is none
// or it fails. The system's keyring may start and end at any time. It may be used by
// several goroutines.
type AppKeyring struct {
	system       Keyring
	systemExists func(context.Context) bool
	file         *FileKeyring

	mu     sync.Mutex
	failed bool // the system's keyring failed; false again once there is none
	memory map[string]string
	run    map[string]string // secrets that the user wants in memory only
}

// NewAppKeyring returns the program's keyring, whose encrypted file is at path.
func NewAppKeyring(path string) *AppKeyring {
	return newKeys(newUnlimitedKeyring(), HasKeyring, NewFileKeyring(path))
}

func newKeys(system Keyring, systemExists func(context.Context) bool, file *FileKeyring) *AppKeyring {
	return &AppKeyring{system: system, systemExists: systemExists, file: file, memory: map[string]string{}, run: map[string]string{}}
}

// Storage returns where a secret would be stored now.
func (k *AppKeyring) Storage(ctx context.Context) Storage {
	switch {
	case k.file.Unlocked():
		return StorageFile
	case k.file.Exists():
		return StorageLockedFile
	case k.systemUnavailable(ctx):
		return StorageMemory
	default:
		return StorageSystem
	}
}

// Unlock unlocks or creates the encrypted file and moves secrets from memory into it.
// It fails with [ErrPassphrase] if the passphrase is wrong.
func (k *AppKeyring) Unlock(ctx context.Context, passphrase string) error {
	if err := k.file.Unlock(passphrase); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for name, secret := range k.memory {
		if err := k.file.Set(ctx, name, secret); err != nil {
			return err
		}
		delete(k.memory, name)
	}
	return nil
}

// Get implements [Keyring].
func (k *AppKeyring) Get(ctx context.Context, name string) (string, error) {
	if secret, ok := k.inMemory(name); ok {
		return secret, nil
	}
	switch k.Storage(ctx) {
	case StorageFile:
		return k.file.Get(ctx, name)
	case StorageLockedFile:
		return "", ErrLocked
	case StorageMemory:
		return "", ErrNoSecret
	default:
		return k.system.Get(ctx, name)
	}
}

// Set implements [Keyring]. If the system's keyring fails, this secret and later ones
// are stored in memory until it is started again.
func (k *AppKeyring) Set(ctx context.Context, name, secret string) error {
	switch k.Storage(ctx) {
	case StorageFile:
		err := k.file.Set(ctx, name, secret)
		if err == nil {
			k.forget(name)
		}
		return err
	case StorageLockedFile:
		return ErrLocked
	case StorageSystem:
		err := k.system.Set(ctx, name, secret)
		if err == nil {
			k.forget(name)
		}
		if err == nil || ctx.Err() != nil {
			return err
		}
		k.mu.Lock()
		k.failed = true
		k.mu.Unlock()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.run, name)
	k.memory[name] = secret
	return nil
}

// SetForRun keeps a secret in memory until the program exits, and nowhere else. One that was
// stored under the name is deleted.
func (k *AppKeyring) SetForRun(ctx context.Context, name, secret string) error {
	if err := k.Delete(ctx, name); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.run[name] = secret
	return nil
}

// Delete implements [Keyring].
func (k *AppKeyring) Delete(ctx context.Context, name string) error {
	k.forget(name)
	switch k.Storage(ctx) {
	case StorageFile:
		return k.file.Delete(ctx, name)
	case StorageLockedFile:
		return ErrLocked
	case StorageMemory:
		return nil
	default:
		return k.system.Delete(ctx, name)
	}
}

func (k *AppKeyring) inMemory(name string) (secret string, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if secret, ok = k.run[name]; ok {
		return secret, true
	}
	secret, ok = k.memory[name]
	return secret, ok
}

// forget removes a secret from memory.
func (k *AppKeyring) forget(name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.memory, name)
	delete(k.run, name)
}

// systemUnavailable reports whether the system has no keyring now, or one that failed.
// One that is started again is used again.
func (k *AppKeyring) systemUnavailable(ctx context.Context) bool {
	exists := k.systemExists(ctx)
	if ctx.Err() != nil {
		return false // the result is not reliable
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if !exists {
		k.failed = false
	}
	return !exists || k.failed
}
