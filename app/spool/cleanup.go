package spool

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/privatefile"
)

// cleanupInterval is the shortest time between two checks for finished streams.
const cleanupInterval = time.Second

// RemoveUnused removes the streams that no transfer or batch of s needs, except
// those in keep and those last changed before since, which another list may need.
// It does nothing while another process has a stream open. Only the program that
// owns the profile may call it, before it accepts requests.
func (f Folder) RemoveUnused(s *uploader.Snapshot, keep []string, since time.Time) error {
	dirs, err := f.streamDirs()
	if err != nil || len(dirs) == 0 {
		return err
	}
	if err := privatefile.Check(f.lockFile()); err != nil {
		return diskError(err)
	}
	lock := f.lock()
	locked, err := lock.TryLock()
	if err != nil || !locked {
		return diskError(err)
	}
	needed, _ := f.usage(s)
	for _, path := range keep {
		needed[filepath.Dir(path)] = true
	}
	dirs = slices.DeleteFunc(dirs, func(dir string) bool { return needed[dir] || changedBefore(dir, since) })
	return errors.Join(removeAll(dirs), diskError(lock.Unlock()))
}

// changedBefore reports whether a file was created or removed in the folder last before a
// time, or that is not known.
func changedBefore(dir string, at time.Time) bool {
	info, err := os.Stat(dir)
	return err != nil || info.ModTime().Before(at)
}

// RemoveFinished removes each stream once its transfer is done or cancelled, until
// ctx ends. A stream that cannot be removed is logged once and left to
// RemoveUnused.
func (f Folder) RemoveFinished(ctx context.Context, source feed.Source, log *slog.Logger) error {
	tried := map[string]bool{}
	for range source.Watch(ctx) {
		if err := f.removeFinished(source.Snapshot(), tried); err != nil {
			log.Warn("remove stream failed", "err", err)
		}
		select {
		case <-time.After(cleanupInterval):
		case <-ctx.Done():
		}
	}
	return nil
}

// removeFinished removes the finished streams that are not in tried, and adds them
// to it.
func (f Folder) removeFinished(s *uploader.Snapshot, tried map[string]bool) error {
	dirs, err := f.streamDirs()
	if err != nil || len(dirs) == 0 {
		return err
	}
	needed, finished := f.usage(s)
	dirs = slices.DeleteFunc(dirs, func(dir string) bool { return tried[dir] || needed[dir] || !finished[dir] })
	for _, dir := range dirs {
		tried[dir] = true
	}
	return removeAll(dirs)
}

// usage returns the stream folders that a transfer or a batch of s still needs, and
// those of transfers that are done or cancelled. A folder may be in both.
func (f Folder) usage(s *uploader.Snapshot) (needed, finished map[string]bool) {
	needed, finished = map[string]bool{}, map[string]bool{}
	prefix, path := []byte(f.prefix()), []byte(nil)
	for _, row := range s.Transfers.Rows() { // there may be very many
		path = row.AppendPath(path[:0])
		switch phase := row.Phase(); {
		case !bytes.HasPrefix(path, prefix):
		case phase == uploader.PhaseDone || phase == uploader.PhaseCancelled:
			finished[filepath.Dir(string(path))] = true
		default:
			needed[filepath.Dir(string(path))] = true
		}
	}
	for _, batch := range s.Batches {
		if batch.Scanned {
			continue
		}
		for _, root := range batch.Roots {
			needed[filepath.Dir(root)] = true
		}
	}
	return needed, finished
}

func removeAll(dirs []string) error {
	var errs []error
	for _, dir := range dirs {
		errs = append(errs, diskError(os.RemoveAll(dir)))
	}
	return errors.Join(errs...)
}
