package app

import (
	"fmt"
	"testing"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestScanCanBeStopped(t *testing.T) {
	scanning := func(roots ...string) *uploader.Snapshot {
		s := apptest.Snapshot(apptest.Transfer(1, apptest.InBatch(2)), apptest.Transfer(3, apptest.InBatch(2)))
		s.Batches[2] = &uploader.Batch{ID: 2, Roots: roots}
		s.BatchTotals = map[uploader.BatchID]uploader.BatchTotals{2: {Files: 42_000, Bytes: 12 * apptest.Gigabyte}}
		return s
	}
	t.Run("stop shows how many files were found", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		s.scans.scanning[2] = apptest.Noon
		s.publish(scanning("/x/Iceland raws"))
		banner := s.window.banner.Model()
		if banner.Text != "Counting “Iceland raws”… 42,000 files · 12.0 GB so far" {
			t.Fatalf("banner text is %q", banner.Text)
		}
		banner.Buttons[0].OnTapped()
		s.wantCommand(1, uploader.StopScan{Batch: 2})
		want := fmt.Sprintf("Stopped. The %d files found so far stay in the list.", s.bridge.Snapshot().Transfers.Len())
		s.until("message shows the number of files", func() bool { return s.message() == want })
	})
	t.Run("resume question has priority over scans and blocked servers", func(t *testing.T) {
		s := startWithQuestion(t, apptest.NewEngine(apptest.Transfer(9, apptest.Acknowledged(apptest.Gigabyte))))
		s.window.banner.ShowScan("Counting…", func() {})
		next := apptest.Snapshot(apptest.Transfer(9, apptest.Acknowledged(apptest.Gigabyte)))
		next.Blocked = map[uploader.ServerID]*fault.Fault{2: fault.New(fault.Auth, fault.Head, nil)}
		s.publish(next)
		if len(s.window.banner.Model().Buttons) != 3 {
			t.Errorf("banner text is %q", s.window.banner.Model().Text)
		}
	})
}
