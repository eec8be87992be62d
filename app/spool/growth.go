package spool

import (
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/ferryapp/ferry/uploader"
)

// Growth says what the file at path is: a stream that is still being written, by
// this program or another, one that is whole, one whose writer ended too early, or
// none of this folder's. What cannot be told counts as cut: a stream that may not
// be whole must not pass for one.
func (f Folder) Growth(path string) uploader.Growth {
	if !f.holds(path) {
		return uploader.GrowthNone
	}
	dir := filepath.Dir(path)
	mark := filepath.Join(dir, growingName)
	if !exists(mark) {
		return uploader.GrowthWhole
	}
	lock := flock.New(mark, flock.SetFlag(os.O_RDWR)) // which does not make the file again
	free, err := lock.TryRLock()
	if err == nil && !free {
		return uploader.Growing
	}
	_ = lock.Close()
	if exists(filepath.Join(dir, wholeName)) || !exists(mark) {
		return uploader.GrowthWhole
	}
	return uploader.GrowthCut
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
