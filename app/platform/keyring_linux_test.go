package platform_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ferryapp/ferry/app/platform"
)

func TestASessionWithoutASecretServiceHasNoKeyring(t *testing.T) {
	t.Setenv("XDG_DATA_DIRS", t.TempDir()) // where a bus finds services it can start
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	t.Run("no bus", func(t *testing.T) {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
		if platform.HasKeyring(t.Context()) {
			t.Error("has one")
		}
	})
	t.Run("a service that runs", func(t *testing.T) {
		privateBus(t)
		service(t, "org.freedesktop.secrets")
		if !platform.HasKeyring(t.Context()) {
			t.Error("has none")
		}
	})
}

// insideSession names the directory of the session in which the test that finds
// it set is to run.
const insideSession = "FERRY_TEST_SESSION"

func TestTheSecretServiceKeepsSecrets(t *testing.T) {
	if os.Getenv(insideSession) != "" {
		keys := platform.NewKeys(filepath.Join(os.Getenv(insideSession), "keys"))
		is(t, keys, platform.KeptBySystem)
		keepSecrets(t, keys)
		return
	}
	for _, program := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("a Secret Service is made of the program %s, which is not here", program)
		}
	}
	dir, err := os.MkdirTemp("", "ferry-keyring-") // shorter than t.TempDir: sockets live in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	session := exec.Command("dbus-run-session", "--", "sh", "-c",
		`printf 'login' | gnome-keyring-daemon --unlock --components=secrets >&2 &&
		exec "$0" -test.run='^TestTheSecretServiceKeepsSecrets$' -test.v`, os.Args[0])
	session.Env = append(os.Environ(), insideSession+"="+dir, "HOME="+dir, "XDG_RUNTIME_DIR="+dir, "XDG_DATA_HOME="+dir)
	if said, err := session.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
}
