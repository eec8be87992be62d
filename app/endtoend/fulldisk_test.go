package endtoend_test

import (
	"context"
	"sync"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// fullDisk is a disk that can be made full.
type fullDisk struct {
	mu       sync.Mutex
	full     bool
	rejected int
}

func (d *fullDisk) setFull(full bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.full = full
}

func (d *fullDisk) rejectSave() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.full {
		d.rejected++
	}
	return d.full
}

func (d *fullDisk) rejectedSaves() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rejected
}

// fullDiskStore is a store on a fullDisk.
type fullDiskStore struct {
	uploader.Store
	disk *fullDisk
}

// Save implements uploader.Store.
func (s fullDiskStore) Save(ctx context.Context, changes uploader.Changes) error {
	if s.disk.rejectSave() {
		return fault.New(fault.LocalDisk, fault.Save, db.ErrFull)
	}
	return s.Store.Save(ctx, changes)
}
