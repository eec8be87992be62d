package platform_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"github.com/ferryapp/ferry/app/platform"
)

// testKeyring tests the contract of platform.Keyring.
func testKeyring(t *testing.T, keys platform.Keyring) {
	t.Helper()
	ctx := t.Context()
	if _, err := keys.Get(ctx, "ferry-test-missing"); !errors.Is(err, platform.ErrNoSecret) {
		t.Errorf("getting a missing secret: error is %v, want ErrNoSecret", err)
	}
	if err := keys.Delete(ctx, "ferry-test-missing"); err != nil {
		t.Errorf("deleting a missing secret: %v", err)
	}
	for _, secret := range []string{"first", "second, with ünicode \"quotes\"\nand a line break", ""} {
		if err := keys.Set(ctx, "ferry-test-one", secret); err != nil {
			t.Fatalf("set: %v", err)
		}
		if got, err := keys.Get(ctx, "ferry-test-one"); err != nil || got != secret {
			t.Errorf("set %q, got %q (%v)", secret, got, err)
		}
	}
	if err := keys.Set(ctx, "ferry-test-two", "other"); err != nil {
		t.Fatal(err)
	}
	if err := keys.Delete(ctx, "ferry-test-one"); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Get(ctx, "ferry-test-one"); !errors.Is(err, platform.ErrNoSecret) {
		t.Errorf("getting a deleted secret: error is %v, want ErrNoSecret", err)
	}
	if got, _ := keys.Get(ctx, "ferry-test-two"); got != "other" {
		t.Errorf("the other secret is %q", got)
	}
	if err := keys.Delete(ctx, "ferry-test-two"); err != nil {
		t.Fatal(err)
	}
}

func checkStorage(t *testing.T, keys *platform.AppKeyring, want platform.Storage) {
	t.Helper()
	if got := keys.Storage(t.Context()); got != want {
		t.Errorf("secrets are stored in %d, want %d", got, want)
	}
}

func present(context.Context) bool { return true }
func missing(context.Context) bool { return false }

func TestAppKeyringUsesSystemKeyring(t *testing.T) {
	keyring.MockInit()
	keys := platform.NewKeyringWith(present, filepath.Join(t.TempDir(), "keys"))
	checkStorage(t, keys, platform.StorageSystem)
	testKeyring(t, keys)
	if err := keys.Set(t.Context(), "server-1", "hush"); err != nil {
		t.Fatal(err)
	}
	if got, err := keyring.Get("Ferry", "server-1"); err != nil || got != "hush" {
		t.Errorf("the system's keyring has %q (%v)", got, err)
	}
}

// TestSecretForThisRunIsNotStored: it replaces one that was stored, until another is.
func TestSecretForThisRunIsNotStored(t *testing.T) {
	keyring.MockInit()
	keys, ctx := platform.NewKeyringWith(present, filepath.Join(t.TempDir(), "keys")), t.Context()
	if err := errors.Join(keys.Set(ctx, "server-1", "old"), keys.SetForRun(ctx, "server-1", "hush")); err != nil {
		t.Fatal(err)
	}
	if got, err := keys.Get(ctx, "server-1"); err != nil || got != "hush" {
		t.Errorf("got %q (%v)", got, err)
	}
	if got, err := keyring.Get("Ferry", "server-1"); err == nil {
		t.Errorf("the system's keyring has %q", got)
	}
	if err := keys.Unlock(ctx, "passphrase"); err != nil { // moves other secrets into the file
		t.Fatal(err)
	}
	if err := keys.Set(ctx, "server-1", "new"); err != nil {
		t.Fatal(err)
	}
	if got, err := keys.Get(ctx, "server-1"); err != nil || got != "new" {
		t.Errorf("after it was stored: got %q (%v)", got, err)
	}
}

func TestAppKeyringUsesMemoryWithoutSystemKeyring(t *testing.T) {
	keyring.MockInitWithError(errors.New("must not be called"))
	keys := platform.NewKeyringWith(missing, filepath.Join(t.TempDir(), "keys"))
	checkStorage(t, keys, platform.StorageMemory)
	testKeyring(t, keys)
}

func TestAppKeyringUsesMemoryAfterSystemKeyringFailed(t *testing.T) {
	keyring.MockInitWithError(errors.New("dismissed"))
	keys := platform.NewKeyringWith(present, filepath.Join(t.TempDir(), "keys"))
	checkStorage(t, keys, platform.StorageSystem)
	if _, err := keys.Get(t.Context(), "server-1"); err == nil || errors.Is(err, platform.ErrNoSecret) {
		t.Errorf("get: error is %v, want that of the keyring", err)
	}
	if err := keys.Set(t.Context(), "server-1", "hush"); err != nil {
		t.Fatalf("set: %v", err)
	}
	checkStorage(t, keys, platform.StorageMemory)
	testKeyring(t, keys)
}

func TestAppKeyringFollowsSystemKeyring(t *testing.T) {
	keyring.MockInit()
	running := false
	keys := platform.NewKeyringWith(func(context.Context) bool { return running }, filepath.Join(t.TempDir(), "keys"))
	checkStorage(t, keys, platform.StorageMemory)
	if err := keys.Set(t.Context(), "server-1", "hush"); err != nil {
		t.Fatal(err)
	}
	running = true
	checkStorage(t, keys, platform.StorageSystem)
	testKeyring(t, keys)
	if got, err := keys.Get(t.Context(), "server-1"); err != nil || got != "hush" {
		t.Errorf("secret in memory: got %q (%v)", got, err)
	}
	if err := keys.Set(t.Context(), "server-1", "new"); err != nil {
		t.Fatal(err)
	}
	if got, err := keys.Get(t.Context(), "server-1"); err != nil || got != "new" {
		t.Errorf("replaced secret: got %q (%v)", got, err)
	}
	if got, err := keyring.Get("Ferry", "server-1"); err != nil || got != "new" {
		t.Errorf("the system's keyring has %q (%v)", got, err)
	}

	keyring.MockInitWithError(errors.New("crashed"))
	if err := keys.Set(t.Context(), "server-2", "hush"); err != nil {
		t.Fatal(err)
	}
	checkStorage(t, keys, platform.StorageMemory)
	running = false
	checkStorage(t, keys, platform.StorageMemory)
	running = true
	checkStorage(t, keys, platform.StorageSystem)
}

func TestAppKeyringUsesEncryptedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	keys := platform.NewKeyringWith(missing, path)
	if err := keys.Set(t.Context(), "server-1", "hush-hush"); err != nil {
		t.Fatal(err)
	}
	if err := keys.Unlock(t.Context(), "open sesame"); err != nil {
		t.Fatal(err)
	}
	checkStorage(t, keys, platform.StorageFile)
	testKeyring(t, keys)

	t.Run("file is private and encrypted", func(t *testing.T) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, plain := range []string{"hush-hush", "server-1", "open sesame"} {
			if strings.Contains(string(text), plain) {
				t.Errorf("file contains %q", plain)
			}
		}
		if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("mode is %v (%v)", info.Mode(), err)
		}
		if names, _ := filepath.Glob(path + "*"); len(names) != 1 {
			t.Errorf("files are %q, want one", names)
		}
	})
	t.Run("next run must unlock it", func(t *testing.T) {
		next := platform.NewKeyringWith(present, path)
		checkStorage(t, next, platform.StorageLockedFile)
		if _, err := next.Get(t.Context(), "server-1"); !errors.Is(err, platform.ErrLocked) {
			t.Errorf("get: error is %v, want ErrLocked", err)
		}
		if err := next.Set(t.Context(), "server-1", "x"); !errors.Is(err, platform.ErrLocked) {
			t.Errorf("set: error is %v, want ErrLocked", err)
		}
		if err := next.Unlock(t.Context(), "another passphrase"); !errors.Is(err, platform.ErrPassphrase) {
			t.Errorf("wrong passphrase: error is %v, want ErrPassphrase", err)
		}
		if err := next.Unlock(t.Context(), "open sesame"); err != nil {
			t.Fatal(err)
		}
		if got, err := next.Get(t.Context(), "server-1"); err != nil || got != "hush-hush" {
			t.Errorf("got %q (%v)", got, err)
		}
	})
	t.Run("damaged file is neither unlocked nor replaced", func(t *testing.T) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for name, damaged := range map[string]string{
			"truncated":     string(text[:len(text)/2]),
			"empty":         "",
			"other version": strings.Replace(string(text), `"ferryKeys":1`, `"ferryKeys":2`, 1),
			"other salt":    strings.Replace(string(text), `"salt":"`, `"salt":"AA`, 1),
			"empty object":  "{}",
		} {
			other := filepath.Join(t.TempDir(), "keys")
			if err := os.WriteFile(other, []byte(damaged), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := platform.NewKeyringWith(missing, other).Unlock(t.Context(), "open sesame"); err == nil {
				t.Errorf("%s: unlocked", name)
			}
			if kept, _ := os.ReadFile(other); string(kept) != damaged {
				t.Errorf("%s: file was replaced", name)
			}
		}
	})
}

func TestFileKeyringKeepsSecretsWhenWriteFails(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "removed")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	keys := platform.NewFileKeyring(filepath.Join(dir, "keys"))
	if err := keys.Unlock("p"); err != nil {
		t.Fatal(err)
	}
	if err := keys.Set(t.Context(), "a", "1"); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := keys.Set(t.Context(), "a", "2"); err == nil {
		t.Error("no error")
	}
	if got, _ := keys.Get(t.Context(), "a"); got != "1" {
		t.Errorf("got %q, which is not in the file", got)
	}
}

// TestSystemKeyringReturnsPanicAsError: the library for the Secret Service panics when the
// session bus disconnects while the keyring is being unlocked.
func TestSystemKeyringReturnsPanicAsError(t *testing.T) {
	err := platform.CallSystemKeyring(t.Context(), func() (string, error) { panic("disconnected") })
	if err == nil || !strings.Contains(err.Error(), "disconnected") {
		t.Errorf("error is %v, want the panic", err)
	}
}
