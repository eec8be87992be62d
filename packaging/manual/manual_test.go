//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/cli"
)

const root = "../.."

func TestFilesMatchTheGrammar(t *testing.T) {
	files, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range files {
		got, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s does not match the grammar; run go run ./packaging/manual: %s", path, diff)
		}
	}
}

func grammar(t *testing.T) []command {
	t.Helper()
	app, err := cli.Grammar()
	if err != nil {
		t.Fatal(err)
	}
	return commandsOf(app)
}

// completeBash returns what bash completes the last of some arguments to.
func completeBash(t *testing.T, dir string, args ...string) []string {
	t.Helper()
	const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ferry; ((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}"`
	file, err := filepath.Abs(root + "/packaging/linux/completions/ferry.bash")
	if err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), "bash", append([]string{"-uc", script, "bash", file, "ferry"}, args...)...)
	run.Dir, run.Stderr = dir, os.Stderr
	output, err := run.Output()
	if err != nil {
		t.Fatalf("complete %q: %v", args, err)
	}
	found := strings.Fields(string(output))
	slices.Sort(found)
	return found
}

func TestBashCompletesEveryCommandAndFlag(t *testing.T) {
	dir := t.TempDir()
	for _, c := range grammar(t) {
		want := slices.Sorted(slices.Values(allSpellings(c)))
		if diff := cmp.Diff(want, completeBash(t, dir, append(slices.Clone(c.words), "-")...)); diff != "" {
			t.Errorf("flags of %q: %s", c.path(), diff)
		}
		if len(c.subcommands) == 0 {
			continue
		}
		want = slices.Sorted(slices.Values(c.subcommands))
		if diff := cmp.Diff(want, completeBash(t, dir, append(slices.Clone(c.words), "")...)); diff != "" {
			t.Errorf("commands of %q: %s", c.path(), diff)
		}
	}
}

func TestBashCompletesValues(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"film.mov", "film.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "films"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []string
		want []string
	}{
		{"a command", []string{"se"}, []string{"send", "server"}},
		{"a command of a command", []string{"server", "re"}, []string{"remove"}},
		{"after a flag with a value", []string{"--profile", "send", "se"}, []string{"send", "server"}},
		{"files of a command", []string{"send", "--json", "film."}, []string{"film.mov", "film.txt"}},
		{"files of the window", []string{"film."}, []string{"film.mov", "film.txt"}},
		{"no files", []string{"list", "film."}, nil},
		{"a file", []string{"send", "--header-file", "f"}, []string{"film.mov", "film.txt", "films"}},
		{"a folder", []string{"receive", "--dir", "f"}, []string{"films"}},
		{"one of some values", []string{"send", "--exists", ""}, []string{"fail", "overwrite", "rename", "skip"}},
		{"any value", []string{"send", "--limit", ""}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := completeBash(t, dir, c.args...); !slices.Equal(got, c.want) {
				t.Errorf("completed to %q, want %q", got, c.want)
			}
		})
	}
}

// TestOtherShellsKnowEveryFlag looks for every flag of every command in the completions
// that are not run.
func TestOtherShellsKnowEveryFlag(t *testing.T) {
	commands := grammar(t)
	fish, zsh := fishCompletion(commands), zshCompletion(commands)
	for _, c := range commands {
		_, after, found := strings.Cut(zsh, "\n"+zshFunction(c)+"() {\n")
		function, _, _ := strings.Cut(after, "\n}\n")
		if !found {
			t.Errorf("zsh has no function for %q", c.path())
		}
		for _, f := range c.flags {
			for _, spelling := range f.spellings() {
				if !strings.Contains(function, "'*"+spelling+"[") {
					t.Errorf("zsh does not complete %s of %q", spelling, c.path())
				}
				option := " -l " + strings.TrimPrefix(spelling, "--") + " "
				if !strings.HasPrefix(spelling, "--") {
					option = " -s " + strings.TrimPrefix(spelling, "-") + " "
				}
				at := `complete -c ferry -n '__ferry_at "` + spaced(c) + `"'`
				if !slices.ContainsFunc(strings.Split(fish, "\n"), func(line string) bool {
					return strings.HasPrefix(line, at) && strings.Contains(line, option)
				}) {
					t.Errorf("fish does not complete %s of %q", spelling, c.path())
				}
			}
		}
	}
}

// TestManualPageIsValid has groff, which man runs, report all its warnings, and looks for
// every command and flag in what a reader sees.
func TestManualPageIsValid(t *testing.T) {
	run := exec.CommandContext(t.Context(), "groff", "-man", "-Tascii", "-ww", "-P-bcu", root+"/packaging/linux/man/ferry.1")
	var warnings strings.Builder
	run.Stderr = &warnings
	output, err := run.Output()
	if err != nil || warnings.Len() > 0 {
		t.Fatalf("groff, which packaging/deps installs: %v: %s", err, warnings.String())
	}
	page := strings.Join(strings.Fields(string(output)), " ")
	for _, c := range grammar(t)[1:] {
		if !strings.Contains(page, "ferry "+c.path()+" ") {
			t.Errorf("the manual page has no command %q", c.path())
		}
		for _, f := range c.flags {
			if !strings.Contains(page, "--"+f.name) && !strings.Contains(page, "--[no-]"+f.name) {
				t.Errorf("the manual page has no flag %s of %q", f.name, c.path())
			}
		}
	}
}
