package spool

import (
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/ferryapp/ferry/uploader"
)

// Growth reports whether the file at path is a stream that some process still
// writes, a complete stream, a stream whose writer ended early, or not a stream of
// this folder. A stream whose state cannot be read is reported as cut, because an
// incomplete stream must never be taken for a complete one.
func (f Folder) Growth(path string) uploader.FileGrowth {
	if !f.contains(path) {
		return uploader.GrowthNone
	}
	dir := filepath.Dir(path)
	marker := filepath.Join(dir, growingName)
	if !exists(marker) {
		return uploader.GrowthComplete
	}
	lock := flock.New(marker, flock.SetFlag(os.O_RDWR)) // without O_CREATE: the writer may just have removed it
	free, err := lock.TryRLock()
	if err == nil && !free {
		return uploader.GrowthActive
	}
	_ = lock.Close()
	if exists(filepath.Join(dir, completeName)) || !exists(marker) {
		return uploader.GrowthComplete
	}
	return uploader.GrowthTruncated
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
