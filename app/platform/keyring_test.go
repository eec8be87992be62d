package platform_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"github.com/ferryapp/ferry/app/platform"
)

// keepSecrets is what every Keyring must do.
func keepSecrets(t *testing.T, keys platform.Keyring) {
	t.Helper()
	ctx := t.Context()
	if _, err := keys.Get(ctx, "ferry-test-nobody"); !errors.Is(err, platform.ErrNoSecret) {
		t.Errorf("a name without a secret gives %v, want ErrNoSecret", err)
	}
	if err := keys.Delete(ctx, "ferry-test-nobody"); err != nil {
		t.Errorf("forgetting what is not there: %v", err)
	}
	for _, secret := range []string{"first", "second, with ünicode \"quotes\"\nand a line break", ""} {
		if err := keys.Set(ctx, "ferry-test-one", secret); err != nil {
			t.Fatalf("keep: %v", err)
		}
		if got, err := keys.Get(ctx, "ferry-test-one"); err != nil || got != secret {
			t.Errorf("kept %q, got %q (%v)", secret, got, err)
		}
	}
	if err := keys.Set(ctx, "ferry-test-two", "other"); err != nil {
		t.Fatal(err)
	}
	if err := keys.Delete(ctx, "ferry-test-one"); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Get(ctx, "ferry-test-one"); !errors.Is(err, platform.ErrNoSecret) {
		t.Errorf("a forgotten secret gives %v, want ErrNoSecret", err)
	}
	if got, _ := keys.Get(ctx, "ferry-test-two"); got != "other" {
		t.Errorf("the other secret is %q", got)
	}
	if err := keys.Delete(ctx, "ferry-test-two"); err != nil {
		t.Fatal(err)
	}
}

func is(t *testing.T, keys *platform.Keys, want platform.Keeping) {
	t.Helper()
	if got := keys.Keeping(t.Context()); got != want {
		t.Errorf("secrets are kept at %d, want %d", got, want)
	}
}

func present(context.Context) bool { return true }
func missing(context.Context) bool { return false }

func TestTheSystemsKeyringIsUsedWhereThereIsOne(t *testing.T) {
	keyring.MockInit()
	keys := platform.KeysWith(present, filepath.Join(t.TempDir(), "keys"))
	is(t, keys, platform.KeptBySystem)
	keepSecrets(t, keys)
	if err := keys.Set(t.Context(), "server-1", "hush"); err != nil {
		t.Fatal(err)
	}
	if got, err := keyring.Get("Ferry", "server-1"); err != nil || got != "hush" {
		t.Errorf("the system keeps %q (%v)", got, err)
	}
}

func TestWithoutAKeyringSecretsLastAsLongAsTheProgram(t *testing.T) {
	keyring.MockInitWithError(errors.New("must not be asked"))
	keys := platform.KeysWith(missing, filepath.Join(t.TempDir(), "keys"))
	is(t, keys, platform.KeptForNow)
	keepSecrets(t, keys)
}

func TestAKeyringThatFailsIsNotTrustedWithAnotherSecret(t *testing.T) {
	keyring.MockInitWithError(errors.New("dismissed"))
	keys := platform.KeysWith(present, filepath.Join(t.TempDir(), "keys"))
	is(t, keys, platform.KeptBySystem)
	if _, err := keys.Get(t.Context(), "server-1"); err == nil || errors.Is(err, platform.ErrNoSecret) {
		t.Errorf("reading from it gives %v, want its own failure", err)
	}
	if err := keys.Set(t.Context(), "server-1", "hush"); err != nil {
		t.Fatalf("the secret can't even be used in this run: %v", err)
	}
	is(t, keys, platform.KeptForNow)
	keepSecrets(t, keys)
}

func TestAnEncryptedFileKeepsSecretsOverRuns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	keys := platform.KeysWith(missing, path)
	if err := keys.Set(t.Context(), "server-1", "hush-hush"); err != nil {
		t.Fatal(err)
	}
	if err := keys.Unlock(t.Context(), "open sesame"); err != nil {
		t.Fatal(err)
	}
	is(t, keys, platform.KeptInFile)
	keepSecrets(t, keys)

	t.Run("it is for its owner alone, and holds nothing one can read", func(t *testing.T) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"hush-hush", "server-1", "open sesame"} {
			if strings.Contains(string(text), word) {
				t.Errorf("%q stands in it", word)
			}
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("its mode is %v (%v)", info.Mode(), err)
		}
		if names, _ := filepath.Glob(path + "*"); len(names) != 1 {
			t.Errorf("beside it lie %q", names)
		}
	})
	t.Run("the next run has to unlock it", func(t *testing.T) {
		next := platform.KeysWith(present, path)
		is(t, next, platform.KeptLocked)
		if _, err := next.Get(t.Context(), "server-1"); !errors.Is(err, platform.ErrLocked) {
			t.Errorf("reading gives %v, want ErrLocked", err)
		}
		if err := next.Set(t.Context(), "server-1", "x"); !errors.Is(err, platform.ErrLocked) {
			t.Errorf("writing gives %v, want ErrLocked", err)
		}
		if err := next.Unlock(t.Context(), "open says me"); !errors.Is(err, platform.ErrPassphrase) {
			t.Errorf("a wrong passphrase gives %v", err)
		}
		if err := next.Unlock(t.Context(), "open sesame"); err != nil {
			t.Fatal(err)
		}
		if got, err := next.Get(t.Context(), "server-1"); err != nil || got != "hush-hush" {
			t.Errorf("kept %q (%v)", got, err)
		}
	})
	t.Run("a damaged file is not taken for another", func(t *testing.T) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for name, damaged := range map[string]string{
			"cut off":         string(text[:len(text)/2]),
			"empty":           "",
			"another version": strings.Replace(string(text), `"ferryKeys":1`, `"ferryKeys":2`, 1),
			"another salt":    strings.Replace(string(text), `"salt":"`, `"salt":"AA`, 1),
			"nothing in it":   "{}",
		} {
			other := filepath.Join(t.TempDir(), "keys")
			if err := os.WriteFile(other, []byte(damaged), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := platform.KeysWith(missing, other).Unlock(t.Context(), "open sesame"); err == nil {
				t.Errorf("%s: it opens", name)
			}
			if kept, _ := os.ReadFile(other); string(kept) != damaged {
				t.Errorf("%s: it was written over", name)
			}
		}
	})
}

func TestAVaultThatCannotBeWrittenKeepsWhatItHad(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "gone")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	vault := platform.NewVault(filepath.Join(dir, "keys"))
	if err := vault.Unlock("p"); err != nil {
		t.Fatal(err)
	}
	if err := vault.Set(t.Context(), "a", "1"); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := vault.Set(t.Context(), "a", "2"); err == nil {
		t.Error("no error")
	}
	if got, _ := vault.Get(t.Context(), "a"); got != "1" {
		t.Errorf("holds %q, which is not on the disk", got)
	}
}
