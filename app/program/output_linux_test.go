package program_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/program"
)

func TestOutputThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(file, []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"--help"},
		{"send", "--help"},
		{"version"},
		{"server", "presets"},
		{"server", "list"},
		{"send", file},
		{"send", "--json", file},
	} {
		t.Run(strings.ReplaceAll(strings.Join(args, " "), file, "a.txt"), func(t *testing.T) {
			t.Setenv("FERRY_PROFILE", t.TempDir())
			full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
			if err != nil {
				t.Skip(err)
			}
			defer full.Close()
			var said bytes.Buffer
			code := program.Run("test", args, cli.Streams{In: strings.NewReader(""), Out: full, Err: &said})
			if code != cli.ExitFailed || !strings.Contains(said.String(), "Ferry can't write its output: “no space left on device”.") {
				t.Errorf("exit code %d, %q", code, said.String())
			}
		})
	}
}
