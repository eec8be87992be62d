package cli

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestReceiveFolder(t *testing.T) {
	if err := words.Load("en"); err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	home := filepath.Join(root, "users", "ann")
	profile := filepath.Join(home, ".local", "share", "ferry")
	received := filepath.Join(profile, "Received")
	link := filepath.Join(root, "link")
	for _, dir := range []string{profile, filepath.Join(home, ".ssh"), filepath.Join(home, "in")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	linkErr := uploadtest.Symlink(home, link)
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	const system, homes, own = "belongs to the system", "programs read settings", "Ferry's own data"
	for _, test := range []struct {
		name, dir, want string
		unix            bool
	}{
		{"folder in the home folder", filepath.Join(home, "in"), "", false},
		{"new folder in the home folder", filepath.Join(home, "new", "folder"), "", false},
		{"folder elsewhere", filepath.Join(root, "elsewhere"), "", false},
		{"home folder", home, homes, false},
		{"home folder with dots", filepath.Join(home, "in") + string(filepath.Separator) + "..", homes, false},
		{"link to the home folder", link, homes, false},
		{"folder through a link", filepath.Join(link, "in"), "", false},
		{"all home folders", filepath.Dir(home), homes, false},
		{"keys", filepath.Join(home, ".ssh"), homes, false},
		{"keys through a link", filepath.Join(link, ".ssh", "new"), homes, false},
		{"settings that do not exist yet", filepath.Join(home, ".config", "autostart"), homes, false},
		{"profile", profile, own, false},
		{"folder in the profile", filepath.Join(profile, "streams"), own, false},
		{"folder that contains the profile", filepath.Dir(profile), own, false},
		{"the profile's folder for received files", received, "", false},
		{"root", "/", system, true},
		{"/etc", "/etc", system, true},
		{"folder in /etc", "/etc/cron.d/new", system, true},
		{"/usr", "/usr", system, true},
		{"folder in /usr", "/usr/local/bin", system, true},
		{"/home", "/home", system, true},
		{"/var", "/var", system, true},
		{"folder in /var", "/var/lib/ferry", "", true},
		{"folder in /srv", "/srv/in", "", true},
		{"shared memory", "/dev/shm/in", "", true},
		{"device folder", "/dev", system, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.unix && runtime.GOOS == "windows" {
				t.Skip("a folder of Unix")
			}
			if linkErr != nil && strings.HasPrefix(test.dir, link) {
				t.Skip(uploadtest.NoSymlinks+": ", linkErr)
			}
			err := checkReceiveFolder(test.dir, profile, received)
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}
