package platform_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"github.com/ferryapp/ferry/app/platform"
)

// credentialVar is the environment variable of the process that uses the Credential Manager:
// other tests put another keyring in its place for the rest of their process.
const credentialVar = "FERRY_TEST_CREDENTIALS"

func TestCredentialManager(t *testing.T) {
	if os.Getenv(credentialVar) == "" {
		program, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		run := exec.CommandContext(t.Context(), program, "-test.run=^TestCredentialManager$", "-test.v")
		run.Env = append(os.Environ(), credentialVar+"=1")
		if output, err := run.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, output)
		}
		return
	}
	const name = "ferry-test-long"
	keys := platform.NewKeyringWith(platform.HasKeyring, filepath.Join(t.TempDir(), "keys"))
	checkStorage(t, keys, platform.StorageSystem)
	t.Run("keeps the contract", func(t *testing.T) { testKeyring(t, keys) })
	t.Run("refuses a long secret in one piece", func(t *testing.T) {
		err := keyring.Set("Ferry", name, strings.Repeat("a", 2_561))
		if !errors.Is(err, keyring.ErrSetDataTooBig) {
			t.Errorf("error is %v, want %v", err, keyring.ErrSetDataTooBig)
		}
	})
	t.Run("stores secrets of any length", func(t *testing.T) {
		for _, bytes := range []int{2_500, 2_501, 2_561, 20_000, 10} {
			secret := strings.Repeat("s", bytes)
			if err := keys.Set(t.Context(), name, secret); err != nil {
				t.Fatalf("set %d bytes: %v", bytes, err)
			}
			if got, err := keys.Get(t.Context(), name); err != nil || got != secret {
				t.Errorf("set %d bytes, got %d bytes, %v", bytes, len(got), err)
			}
			checkStorage(t, keys, platform.StorageSystem)
		}
		if err := keys.Delete(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		if got, err := keys.Get(t.Context(), name); !errors.Is(err, platform.ErrNoSecret) {
			t.Errorf("getting a deleted secret: %q, %v", got, err)
		}
	})
}
