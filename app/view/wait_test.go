package view

import (
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

func driveFault(code string) *fault.Fault {
	return &fault.Fault{Kind: fault.SourceBusy, Op: fault.Read, Code: code}
}

// TestRowsSayThatDriveDoesNotRespond shows the rows of a batch whose first file is blocked
// and whose second one waits for the same drive. A third file is on another drive.
func TestRowsSayThatDriveDoesNotRespond(t *testing.T) {
	apptest.LoadEnglish(t)
	const text = "The drive doesn't respond"
	on := func(volume uint64) func(*uploader.Transfer) {
		return func(t *uploader.Transfer) { t.Source.Identity = source.Identity{Volume: volume, Index: uint64(t.ID)} }
	}
	running, queued, other := apptest.Transfer(1, apptest.Sending, on(7)), apptest.Transfer(2, on(7)), apptest.Transfer(3, on(8))
	batch := &uploader.Batch{Roots: []string{"/lab"}, Scanned: true}
	s := apptest.Snapshot(running, queued, other)
	s.Drives = map[uint64]*fault.Fault{7: driveFault(fault.CodeDriveHangs)}
	s.Progress[1] = uploader.Progress{Sent: 10, Wait: driveFault(fault.CodeDriveHangs)}
	apptest.Summed(s)
	for _, row := range []*uploader.Transfer{running, queued} {
		model := TransferRow(s, row, 0, 0, time.Now())
		if icon, _ := StateIcon(uploader.StateBusy); model.Status != text || model.StatusIcon != icon {
			t.Errorf("row %d has status %q, icon %v", row.ID, model.Status, model.StatusIcon)
		}
		if inBatch := RowInBatch(s, model, row, batch); inBatch.Status != text {
			t.Errorf("row %d in its batch has status %q", row.ID, inBatch.Status)
		}
		if d := DetailsOf(s, row, Record{}, time.Now()); len(d.Reasons) != 3 || !strings.Contains(d.Reasons[2], "Check the drive") {
			t.Errorf("details of %d have reasons %q", row.ID, d.Reasons)
		}
	}
	if status := TransferRow(s, other, 0, 0, time.Now()).Status; strings.Contains(status, "drive") {
		t.Errorf("the file on another drive has status %q", status)
	}
	if status := BatchRow(s, batch, s.BatchTotals[running.Batch], 0, 0, nil).Status; !strings.HasPrefix(status, text) {
		t.Errorf("the batch has status %q", status)
	}

	s.Progress[1], s.Drives, s.BatchTotals = uploader.Progress{Sent: 10}, nil, nil
	apptest.Summed(s)
	for _, status := range []string{
		TransferRow(s, running, 0, 0, time.Now()).Status, TransferRow(s, queued, 0, 0, time.Now()).Status,
		BatchRow(s, batch, s.BatchTotals[running.Batch], 0, 0, nil).Status,
	} {
		if strings.Contains(status, "drive") {
			t.Errorf("the drive responds again, and the status is %q", status)
		}
	}
}

func TestBatchRowSaysThatDriveOfScanDoesNotRespond(t *testing.T) {
	apptest.LoadEnglish(t)
	s := apptest.Snapshot()
	s.ScanFaults = map[uploader.BatchID]*fault.Fault{5: driveFault(fault.CodeDriveHangs)}
	if status := BatchRow(s, &uploader.Batch{ID: 5, Roots: []string{"/lab"}}, uploader.BatchTotals{}, 0, 0, nil).Status; !strings.HasPrefix(status, "The drive doesn't respond") {
		t.Errorf("status is %q", status)
	}
}
