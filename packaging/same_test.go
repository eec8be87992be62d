//go:build linux

package packaging_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSecondBuildIsCompared runs packaging/same in a repository whose make build writes a text,
// or takes too long, and whose first build has the text "program".
func TestSecondBuildIsCompared(t *testing.T) {
	for _, c := range []struct {
		name, build, want string
		fails             bool
	}{
		{"the same bytes", "echo program >bin/ferry", "same: both builds have the same bytes", false},
		{"other bytes", "echo another >bin/ferry", "differ", true},
		{"a build that fails", "false", "Error", true},
		{"a cache that is not warm yet", "exec sleep 60", "same: not compared", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			for path, text := range map[string]string{
				"packaging/same": read(t, "same"), "bin/ferry": "program\n", ".gitignore": "/bin/\n", "Makefile": "build:\n\tmkdir -p bin\n\t" + c.build + "\n",
			} {
				path = filepath.Join(dir, path)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			run := exec.CommandContext(t.Context(), "sh", "-c", "git init -q && git add -A && packaging/same")
			run.Dir = dir
			run.Env = append(os.Environ(), "SECOND_CACHE="+filepath.Join(dir, "cache"), "SAME_SECONDS=5", "VERSION=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
			output, err := run.CombinedOutput()
			if (err != nil) != c.fails || !strings.Contains(string(output), c.want) {
				t.Errorf("%v: %s, want %q", err, output, c.want)
			}
		})
	}
}
