package platform

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"sync"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"

	"github.com/ferryapp/ferry/uploader/atomicfile"
	"github.com/ferryapp/ferry/uploader/privatefile"
)

// ErrPassphrase is returned for a passphrase that does not unlock a [FileKeyring].
var ErrPassphrase = errors.New("wrong passphrase")

// FileKeyring is a [Keyring] in one file encrypted with a passphrase. The key is
// derived with Argon2id (RFC 9106, second recommended option), and the secrets are
// sealed with XChaCha20-Poly1305. Each change of a secret replaces the file
// atomically.
type FileKeyring struct {
	path string

	mu      sync.Mutex
	aead    cipher.AEAD // nil while locked
	salt    []byte      // from which aead's key was derived
	secrets map[string]string
}

// The parameters of the only file version. A version determines them, so that a file
// cannot request more memory.
const (
	keyringFileVersion = 1
	argonTime          = 3
	argonMemory        = 64 << 10 // KiB
	argonThreads       = 4
	saltSize           = 16
	maxKeyringFile     = 16 << 20 // bytes
)

// keyringFile is the JSON content of the file.
type keyringFile struct {
	Version int    `json:"ferryKeys"`
	Salt    []byte `json:"salt"`
	Nonce   []byte `json:"nonce"`
	Sealed  []byte `json:"sealed"` // JSON object of secrets by name
}

// NewFileKeyring returns a locked keyring for the file at path, which need not exist.
func NewFileKeyring(path string) *FileKeyring { return &FileKeyring{path: path} }

// Exists reports whether the file exists.
func (k *FileKeyring) Exists() bool {
	_, err := os.Lstat(k.path)
	return err == nil
}

// Unlocked reports whether the keyring is unlocked.
func (k *FileKeyring) Unlocked() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.aead != nil
}

// Unlock unlocks the keyring, or creates its file with this passphrase. It fails with
// [ErrPassphrase] if the passphrase does not unlock an existing file. It takes a large
// part of a second, which makes guessing slow.
func (k *FileKeyring) Unlock(passphrase string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	text, err := privatefile.ReadFile(k.path, maxKeyringFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return k.create(passphrase)
	case err != nil:
		return fmt.Errorf("read keyring file: %w", err)
	}
	file, err := parseKeyringFile(text)
	if err != nil {
		return fmt.Errorf("read keyring file: %w", err)
	}
	aead, err := deriveAEAD(passphrase, file.Salt)
	if err != nil {
		return err
	}
	plain, err := aead.Open(nil, file.Nonce, file.Sealed, file.Salt)
	if err != nil {
		return ErrPassphrase
	}
	secrets := map[string]string{}
	if err := json.Unmarshal(plain, &secrets); err != nil {
		return fmt.Errorf("read keyring file: %w", err)
	}
	k.aead, k.salt, k.secrets = aead, file.Salt, secrets
	return nil
}

// parseKeyringFile parses the content of a keyring file.
func parseKeyringFile(text []byte) (keyringFile, error) {
	var file keyringFile
	if err := json.Unmarshal(text, &file); err != nil {
		return keyringFile{}, err
	}
	if file.Version != keyringFileVersion || len(file.Salt) != saltSize || len(file.Nonce) != chacha20poly1305.NonceSizeX {
		return keyringFile{}, errors.New("unknown version or damaged")
	}
	return file, nil
}

func (k *FileKeyring) create(passphrase string) error {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never returns an error
	aead, err := deriveAEAD(passphrase, salt)
	if err != nil {
		return err
	}
	if err := k.write(aead, salt, map[string]string{}); err != nil {
		return err
	}
	k.aead, k.salt, k.secrets = aead, salt, map[string]string{}
	return nil
}

func deriveAEAD(passphrase string, salt []byte) (cipher.AEAD, error) {
	key := argon2.IDKey([]byte(passphrase), salt, argonTime, argonMemory, argonThreads, chacha20poly1305.KeySize)
	return chacha20poly1305.NewX(key)
}

// Get implements [Keyring].
func (k *FileKeyring) Get(_ context.Context, name string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.aead == nil {
		return "", ErrLocked
	}
	secret, ok := k.secrets[name]
	if !ok {
		return "", ErrNoSecret
	}
	return secret, nil
}

// Set implements [Keyring].
func (k *FileKeyring) Set(_ context.Context, name, secret string) error {
	return k.update(func(secrets map[string]string) { secrets[name] = secret })
}

// Delete implements [Keyring].
func (k *FileKeyring) Delete(_ context.Context, name string) error {
	return k.update(func(secrets map[string]string) { delete(secrets, name) })
}

// update writes changed secrets to the file, then to memory.
func (k *FileKeyring) update(change func(map[string]string)) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.aead == nil {
		return ErrLocked
	}
	secrets := maps.Clone(k.secrets)
	change(secrets)
	if maps.Equal(secrets, k.secrets) {
		return nil
	}
	if err := k.write(k.aead, k.salt, secrets); err != nil {
		return err
	}
	k.secrets = secrets
	return nil
}

// write seals the secrets with a new nonce and replaces the file.
func (k *FileKeyring) write(aead cipher.AEAD, salt []byte, secrets map[string]string) error {
	plain, err := json.Marshal(secrets)
	if err != nil {
		return fmt.Errorf("write keyring file: %w", err)
	}
	nonce := make([]byte, chacha20poly1305.NonceSizeX)
	_, _ = rand.Read(nonce)
	text, err := json.Marshal(keyringFile{Version: keyringFileVersion, Salt: salt, Nonce: nonce, Sealed: aead.Seal(nil, nonce, plain, salt)})
	if err != nil {
		return fmt.Errorf("write keyring file: %w", err)
	}
	if err := atomicfile.Write(k.path, text, 0o600); err != nil {
		return fmt.Errorf("write keyring file: %w", err)
	}
	return nil
}
