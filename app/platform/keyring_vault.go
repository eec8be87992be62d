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
	"path/filepath"
	"sync"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"
)

// ErrPassphrase is a passphrase that does not open a Vault.
var ErrPassphrase = errors.New("this is not the passphrase")

// Vault keeps secrets in one file, which only a passphrase opens: the key is
// derived from it by Argon2id (RFC 9106, second recommended option), and the
// secrets are sealed with XChaCha20-Poly1305. The file is replaced as a whole
// and for good whenever a secret changes. It is a Keyring.
type Vault struct {
	path string

	mu      sync.Mutex
	seal    cipher.AEAD // nil as long as it is locked
	salt    []byte      // that the seal's key was made with
	secrets map[string]string
}

// The parameters of the only version there is. They are fixed by it, so that no
// file can ask for more memory.
const (
	vaultVersion = 1
	argonTime    = 3
	argonMemory  = 64 << 10 // KiB
	argonThreads = 4
	saltSize     = 16
)

// vaultFile is the file, as JSON.
type vaultFile struct {
	Version int    `json:"ferryKeys"`
	Salt    []byte `json:"salt"`
	Nonce   []byte `json:"nonce"`
	Sealed  []byte `json:"sealed"` // the secrets by name, as JSON
}

// NewVault makes a locked vault of the file at path, which need not be there.
func NewVault(path string) *Vault { return &Vault{path: path} }

// Exists reports whether there is a file.
func (v *Vault) Exists() bool {
	_, err := os.Lstat(v.path)
	return err == nil
}

// Open reports whether the vault is unlocked.
func (v *Vault) Open() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.seal != nil
}

// Unlock opens the vault, or makes one that this passphrase opens. It fails with
// ErrPassphrase when it does not open the file that is there. It takes a good
// part of a second, which is what keeps others from trying many.
func (v *Vault) Unlock(passphrase string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	text, err := os.ReadFile(v.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return v.begin(passphrase)
	case err != nil:
		return fmt.Errorf("read vault: %w", err)
	}
	var file vaultFile
	if err := json.Unmarshal(text, &file); err != nil {
		return fmt.Errorf("read vault: %w", err)
	}
	if file.Version != vaultVersion || len(file.Salt) != saltSize || len(file.Nonce) != chacha20poly1305.NonceSizeX {
		return errors.New("read vault: it is of another version, or damaged")
	}
	seal, err := sealOf(passphrase, file.Salt)
	if err != nil {
		return err
	}
	plain, err := seal.Open(nil, file.Nonce, file.Sealed, file.Salt)
	if err != nil {
		return ErrPassphrase
	}
	secrets := map[string]string{}
	if err := json.Unmarshal(plain, &secrets); err != nil {
		return fmt.Errorf("read vault: %w", err)
	}
	v.seal, v.salt, v.secrets = seal, file.Salt, secrets
	return nil
}

// begin makes an empty vault.
func (v *Vault) begin(passphrase string) error {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // crypto/rand never fails: it crashes the program instead
	seal, err := sealOf(passphrase, salt)
	if err != nil {
		return err
	}
	if err := v.write(seal, salt, map[string]string{}); err != nil {
		return err
	}
	v.seal, v.salt, v.secrets = seal, salt, map[string]string{}
	return nil
}

func sealOf(passphrase string, salt []byte) (cipher.AEAD, error) {
	key := argon2.IDKey([]byte(passphrase), salt, argonTime, argonMemory, argonThreads, chacha20poly1305.KeySize)
	return chacha20poly1305.NewX(key)
}

// Get implements Keyring.
func (v *Vault) Get(_ context.Context, name string) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.seal == nil {
		return "", ErrLocked
	}
	secret, ok := v.secrets[name]
	if !ok {
		return "", ErrNoSecret
	}
	return secret, nil
}

// Set implements Keyring.
func (v *Vault) Set(_ context.Context, name, secret string) error {
	return v.change(func(secrets map[string]string) { secrets[name] = secret })
}

// Delete implements Keyring.
func (v *Vault) Delete(_ context.Context, name string) error {
	return v.change(func(secrets map[string]string) { delete(secrets, name) })
}

// change has the vault hold what it is changed to once that is on the disk.
func (v *Vault) change(how func(map[string]string)) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.seal == nil {
		return ErrLocked
	}
	secrets := maps.Clone(v.secrets)
	how(secrets)
	if maps.Equal(secrets, v.secrets) {
		return nil
	}
	if err := v.write(v.seal, v.salt, secrets); err != nil {
		return err
	}
	v.secrets = secrets
	return nil
}

// write replaces the file. Each time it is sealed with a nonce of its own.
func (v *Vault) write(seal cipher.AEAD, salt []byte, secrets map[string]string) error {
	plain, err := json.Marshal(secrets)
	if err != nil {
		return fmt.Errorf("seal vault: %w", err)
	}
	nonce := make([]byte, chacha20poly1305.NonceSizeX)
	_, _ = rand.Read(nonce)
	text, err := json.Marshal(vaultFile{Version: vaultVersion, Salt: salt, Nonce: nonce, Sealed: seal.Seal(nil, nonce, plain, salt)})
	if err != nil {
		return fmt.Errorf("seal vault: %w", err)
	}
	if err := replace(v.path, text); err != nil {
		return fmt.Errorf("write vault: %w", err)
	}
	return nil
}

// replace puts a file in the place of another, which is whole at every moment.
// Nobody else may read it.
func replace(path string, text []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
