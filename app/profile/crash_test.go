package profile_test

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/profile"
)

// crashVar is the environment variable with the profile of the process that
// TestCrashingProcess is.
const crashVar = "FERRY_TEST_CRASH"

// TestCrashingProcess panics on a goroutine. It is run by TestPanicLeavesReport.
func TestCrashingProcess(t *testing.T) {
	dir := os.Getenv(crashVar)
	if dir == "" {
		return // nothing to do in the process of the other tests
	}
	p := open(t, dir)
	if _, err := p.RecordCrashes("1.2.3", time.Now()); err != nil {
		t.Fatal(err)
	}
	go panic("out of ideas") // the process ends here
	select {}
}

func record(t *testing.T, p profile.Profile) *profile.CrashRecorder {
	t.Helper()
	r, err := p.RecordCrashes("1.2.3", time.Date(2026, 3, 1, 14, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func TestPanicLeavesReport(t *testing.T) {
	p := open(t, t.TempDir())
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	crashing := exec.CommandContext(t.Context(), program, "-test.run=^TestCrashingProcess$")
	crashing.Env = append(os.Environ(), crashVar+"="+p.Dir)
	output, err := crashing.CombinedOutput()
	if _, ended := errors.AsType[*exec.ExitError](err); !ended {
		t.Fatalf("process returned %v\n%s", err, output)
	}
	if p.HasCrashReport() {
		t.Error("report exists before the next start")
	}
	record(t, p)
	text, err := os.ReadFile(p.CrashReport())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Ferry 1.2.3 ", "panic: out of ideas", "goroutine ", "crash_test.go:"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("report lacks %q:\n%s", want, text)
		}
	}
	if info, err := os.Stat(p.CrashReport()); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %v (%v)", info.Mode(), err)
	}
}

func TestCrashReport(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(*testing.T, profile.Profile)
		want bool
	}{
		{"first start", func(*testing.T, profile.Profile) {}, false},
		{"normal end", func(t *testing.T, p profile.Profile) {
			if err := record(t, p).Close(); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(p.CrashOutput()); err == nil {
				t.Error("output exists after a normal end")
			}
		}, false},
		{"killed", func(t *testing.T, p profile.Profile) { record(t, p) }, false},
		{"panic of the window", func(t *testing.T, p profile.Profile) {
			r := record(t, p)
			if err := errors.Join(r.Record("broken", []byte("goroutine 1")), r.Close()); err != nil {
				t.Error(err)
			}
		}, true},
		{"very long report", func(t *testing.T, p profile.Profile) {
			if err := os.WriteFile(p.CrashOutput(), []byte("Ferry\n\n"+strings.Repeat("x", 2_000_000)), 0o600); err != nil {
				t.Fatal(err)
			}
		}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := open(t, t.TempDir())
			c.end(t, p)
			r, err := p.RecordCrashes("1.2.4", time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if info, err := os.Stat(p.CrashReport()); err == nil && info.Size() > 1_000_000 {
				t.Errorf("report has %d bytes", info.Size())
			}
			if got := p.HasCrashReport(); got != c.want {
				t.Errorf("report exists: %t, want %t", got, c.want)
			}
			if err := errors.Join(p.DismissCrash(), p.DismissCrash(), r.Close()); err != nil {
				t.Error(err)
			}
			if p.HasCrashReport() {
				t.Error("report exists after it was dismissed")
			}
			if _, err := os.Stat(p.DismissedCrash()); (err == nil) != c.want {
				t.Errorf("dismissed report: %v", err)
			}
		})
	}
}
