package platform_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ferryapp/ferry/app/internal/bustest"
	"github.com/ferryapp/ferry/app/platform"
)

func TestHasKeyring(t *testing.T) {
	t.Setenv("XDG_DATA_DIRS", t.TempDir()) // where the bus finds services it can start
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	t.Run("no bus", func(t *testing.T) {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
		if platform.HasKeyring(t.Context()) {
			t.Error("found a keyring")
		}
	})
	t.Run("running service", func(t *testing.T) {
		bustest.Private(t)
		bustest.Service(t, "org.freedesktop.secrets")
		if !platform.HasKeyring(t.Context()) {
			t.Error("found no keyring")
		}
	})
}

// insideSession is an environment variable. When it is set, this process runs inside
// the test's own session, with that folder.
const insideSession = "FERRY_TEST_SESSION"

func TestSecretServiceKeyring(t *testing.T) {
	if os.Getenv(insideSession) != "" {
		keys := platform.NewAppKeyring(filepath.Join(os.Getenv(insideSession), "keys"))
		checkStorage(t, keys, platform.StorageSystem)
		testKeyring(t, keys)
		return
	}
	for _, program := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed", program)
		}
	}
	dir, err := os.MkdirTemp("", "ferry-keyring-") // shorter than t.TempDir: sockets live in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	session := exec.Command("dbus-run-session", "--", "sh", "-c",
		`printf 'login' | gnome-keyring-daemon --unlock --components=secrets >&2 &&
		exec "$0" -test.run='^TestSecretServiceKeyring$' -test.v`, os.Args[0])
	session.Env = append(os.Environ(), insideSession+"="+dir, "HOME="+dir, "XDG_RUNTIME_DIR="+dir, "XDG_DATA_HOME="+dir)
	if output, err := session.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
}
