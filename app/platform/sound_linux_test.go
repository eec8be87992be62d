package platform_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/platform"
)

func TestSoundIsPlayedWithTheFirstPlayerThatWorks(t *testing.T) {
	const (
		works = "#!/bin/sh\necho \"$(basename \"$0\") $*\" >> \"$PLAYED\"\n"
		fails = works + "exit 1\n"
	)
	for _, test := range []struct {
		name    string
		players map[string]string
		want    string
	}{
		{"theme", map[string]string{"canberra-gtk-play": works, "pw-play": works}, "canberra-gtk-play --id=complete --description=Ferry"},
		{"PipeWire", map[string]string{"pw-play": works, "paplay": works}, "pw-play /usr/share/sounds/freedesktop/stereo/complete.oga"},
		{"PulseAudio, PipeWire does not run", map[string]string{"pw-play": fails, "paplay": works}, "paplay /usr/share/sounds/freedesktop/stereo/complete.oga"},
		{"none", nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, script := range test.players {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			basename := filepath.Join(dir, "basename")
			if err := os.Symlink("/usr/bin/basename", basename); err != nil {
				t.Fatal(err)
			}
			played := filepath.Join(dir, "played")
			t.Setenv("PATH", dir)
			t.Setenv("PLAYED", played)
			err := platform.PlayFinished(t.Context())
			if (err == nil) != (test.want != "") {
				t.Errorf("error %v", err)
			}
			text, _ := os.ReadFile(played)
			lines := strings.Split(strings.TrimSpace(string(text)), "\n")
			if last := lines[len(lines)-1]; last != test.want {
				t.Errorf("played with %q, want %q", last, test.want)
			}
		})
	}
}
