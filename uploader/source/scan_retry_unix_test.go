//go:build unix

package source_test

import (
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// fiveTries tries five times, with waits of 1 to 4 seconds.
func fiveTries(_ *fault.Fault, attempt int) (wait time.Duration, again bool) {
	return time.Duration(attempt+1) * time.Second, attempt < 4
}

// TestScanRetriesWhatFailedOnce makes each access fail in turn.
func TestScanRetriesWhatFailedOnce(t *testing.T) {
	top := tree(t, "a", "sub/b", "sub/deep/c")
	link(t, filepath.Join(top, "a"), filepath.Join(top, "linked"))
	alone := write(t, filepath.Join(t.TempDir(), "alone"), "x")
	for _, c := range []struct {
		name   string
		follow bool
		want   []string
	}{
		{"links skipped", false, []string{"", "top/a", "top/linked link", "top/sub/b", "top/sub/deep/c"}},
		{"links followed", true, []string{"", "top/a", "top/linked", "top/sub/b", "top/sub/deep/c"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			system := &uploadtest.Disk{}
			system.FailWith(syscall.EMFILE)
			retried := 0
			for n := 1; ; n++ {
				system.FailOn(n)
				synctest.Test(t, func(t *testing.T) {
					waits := 0
					options := source.ScanOptions{Retry: fiveTries, Waits: func(f *fault.Fault) {
						if f != nil {
							waits++
						}
					}}
					var got []string
					for _, one := range scanDisk(t, source.NewDisk(system).FollowLinks(c.follow), options, alone, top) {
						got = append(got, strings.TrimSpace(one.rel+" "+one.fault))
					}
					slices.Sort(got)
					if diff := cmp.Diff(c.want, got); diff != "" {
						t.Errorf("access %d failed (-want +got):\n%s", n, diff)
					}
					retried += waits
				})
				if system.Accesses() < n {
					break
				}
			}
			if retried < 10 {
				t.Errorf("%d scans waited, want at least 10", retried)
			}
		})
	}
}

// TestScanRetriesAfterTheRest: what stays unreadable is tried after everything else was
// found, and yielded once.
func TestScanRetriesAfterTheRest(t *testing.T) {
	top := tree(t, "a", "sub/b", "z")
	for _, c := range []struct {
		name     string
		broken   string
		repaired time.Duration
		want     []found
	}{
		{"folder, for a while", "sub", 5 * time.Second, rels("top/a", "top/z", "top/sub/b")},
		{"folder, for ever", "sub", time.Hour, append(rels("top/a", "top/z"), found{"top/sub", "source-busy"})},
		{"file, for a while", "a", 5 * time.Second, rels("top/sub/b", "top/z", "top/a")},
		{"root, for a while", "", 5 * time.Second, rels("top/a", "top/sub/b", "top/z")},
		{"root, for ever", "", time.Hour, []found{{"", "source-busy"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				system := &uploadtest.Disk{}
				system.Break(filepath.Join(top, c.broken), syscall.ESTALE)
				repair := time.AfterFunc(c.repaired, func() { system.Break("", nil) })
				defer repair.Stop()
				var codes []string
				options := source.ScanOptions{Retry: fiveTries, Waits: func(f *fault.Fault) {
					if f != nil {
						codes = append(codes, f.Code)
					}
				}}
				if diff := cmp.Diff(c.want, scanDisk(t, source.NewDisk(system), options, top), cmp.AllowUnexported(found{})); diff != "" {
					t.Error(diff)
				}
				if len(codes) < 3 || codes[0] != fault.CodeDriveMissing {
					t.Errorf("the scan waited because of %v", codes)
				}
			})
		})
	}
}
