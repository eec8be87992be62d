package platform_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/platform"
)

func TestProgramIsStartedWithoutArgumentsAndShell(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a program that is a script")
	}
	dir := filepath.Join(t.TempDir(), "name with spaces; touch wrong")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "$(touch wrong) &")
	script := "#!/bin/sh\necho \"$# $PWD\" > result.part\nmv result.part result\n"
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	if !platform.IsProgram(program) {
		t.Error("it is no program")
	}
	if err := platform.StartProgram(program); err != nil {
		t.Fatal(err)
	}
	var got []byte
	for deadline := time.Now().Add(5 * time.Minute); len(got) == 0 && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		got, _ = os.ReadFile(filepath.Join(dir, "result"))
	}
	if want := "0 " + dir + "\n"; string(got) != want {
		t.Errorf("the program wrote %q, want %q", got, want)
	}
	if _, err := os.Stat(filepath.Join(dir, "wrong")); err == nil {
		t.Error("a shell has parsed the path")
	}
}

func TestOnlyProgramsAreStarted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(file, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"text file": file, "folder": filepath.Dir(file), "missing": file + "2", "relative": "sh", "empty": ""} {
		if platform.IsProgram(path) || platform.StartProgram(path) == nil {
			t.Errorf("%s: is a program", name)
		}
	}
}
