package source_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestRecordSeesCallsThatDoNotReturn blocks each call of a file system: it is recorded
// until it returns.
func TestRecordSeesCallsThatDoNotReturn(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "file"), "content")
	for _, test := range []struct {
		name string
		call func(disk source.Disk, opened source.OpenFile)
	}{
		{"stat", func(disk source.Disk, _ source.OpenFile) { _, _ = disk.Stat(path) }},
		{"open", func(disk source.Disk, _ source.OpenFile) {
			if opened, _, err := disk.Open(source.File{Path: path}); err == nil {
				_ = opened.Close()
			}
		}},
		{"scan", func(disk source.Disk, _ source.OpenFile) {
			for range disk.Scan(t.Context(), []string{filepath.Dir(path)}, source.ScanOptions{}) {
			}
		}},
		{"read", func(_ source.Disk, opened source.OpenFile) { _, _ = opened.ReadAt(make([]byte, 1), 0) }},
		{"stat of the open file", func(_ source.Disk, opened source.OpenFile) { _, _ = opened.Stat() }},
	} {
		t.Run(test.name, func(t *testing.T) {
			system, calls := &uploadtest.Disk{}, &source.Calls{}
			disk := source.NewDisk(system).Record(calls)
			opened, _, err := disk.Open(source.File{Path: path})
			if err != nil {
				t.Fatal(err)
			}
			defer opened.Close()
			future := time.Now().Add(time.Hour)
			if calls.Waiting(future) != 0 {
				t.Fatal("a call is recorded before any runs")
			}
			release := system.HangDrive(path)
			t.Cleanup(release)
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				test.call(disk, opened)
			}()
			for system.Hanging() == 0 {
				time.Sleep(time.Millisecond)
			}
			if waiting := calls.Waiting(future); waiting < 59*time.Minute || waiting > time.Hour {
				t.Errorf("the call has been waiting for %v after an hour", waiting)
			}
			release()
			<-ended
			if calls.Waiting(future) != 0 {
				t.Error("the call is recorded after it returned")
			}
		})
	}
}

func TestWaitingIsThatOfTheLongestCall(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "file"), "content")
	system, calls := &uploadtest.Disk{}, &source.Calls{}
	disk := source.NewDisk(system).Record(calls)
	release := system.HangDrive(path)
	t.Cleanup(release)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = disk.Stat(path)
	}()
	for system.Hanging() == 0 {
		time.Sleep(time.Millisecond)
	}
	future := time.Now().Add(time.Hour)
	before := calls.Waiting(future)
	if !disk.IsFolder(filepath.Dir(path)) { // another drive
		t.Fatal("the other call failed")
	}
	if after := calls.Waiting(future); after != before {
		t.Errorf("a call that returned changed the wait from %v to %v", before, after)
	}
	release()
	<-ended
}
