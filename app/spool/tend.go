package spool

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/uploader"
)

// tendEvery is how long a stream that is across may still take its room.
const tendEvery = time.Second

// Sweep removes the streams that no transfer of s needs, save those in keep. It
// does nothing while another program has one. Only the program that holds the
// profile may call it, before it takes requests.
func (f Folder) Sweep(s *uploader.Snapshot, keep []string) error {
	dirs, err := f.entries()
	if err != nil || len(dirs) == 0 {
		return err
	}
	alone := f.lock()
	free, err := alone.TryLock()
	if err != nil || !free {
		return failed(err)
	}
	used, _ := f.users(s)
	for _, path := range keep {
		used[filepath.Dir(path)] = true
	}
	dirs = slices.DeleteFunc(dirs, func(dir string) bool { return used[dir] })
	return errors.Join(remove(dirs), failed(alone.Unlock()))
}

// Tend removes streams as soon as what they were sent by is done or cancelled,
// until ctx ends. What cannot be removed is logged once and left to Sweep.
func (f Folder) Tend(ctx context.Context, source feed.Source, log *slog.Logger) error {
	left := map[string]bool{}
	for range source.Watch(ctx) {
		if err := f.tend(source.Snapshot(), left); err != nil {
			log.Warn("a stream stays", "err", err)
		}
		select {
		case <-time.After(tendEvery):
		case <-ctx.Done():
		}
	}
	return nil
}

func (f Folder) tend(s *uploader.Snapshot, left map[string]bool) error {
	dirs, err := f.entries()
	if err != nil || len(dirs) == 0 {
		return err
	}
	used, over := f.users(s)
	dirs = slices.DeleteFunc(dirs, func(dir string) bool { return left[dir] || used[dir] || !over[dir] })
	for _, dir := range dirs {
		left[dir] = true
	}
	return remove(dirs)
}

// users are the folders of streams that are still to be sent, or may be, and of
// those that are across or given up.
func (f Folder) users(s *uploader.Snapshot) (used, over map[string]bool) {
	used, over = map[string]bool{}, map[string]bool{}
	for _, t := range s.Transfers {
		switch {
		case !f.holds(t.Source.Path):
		case t.Phase == uploader.PhaseDone || t.Phase == uploader.PhaseCancelled:
			over[filepath.Dir(t.Source.Path)] = true
		default:
			used[filepath.Dir(t.Source.Path)] = true
		}
	}
	for _, batch := range s.Batches {
		if batch.Expanded {
			continue
		}
		for _, root := range batch.Roots {
			used[filepath.Dir(root)] = true
		}
	}
	return used, over
}

func (f Folder) holds(path string) bool {
	return strings.HasPrefix(path, string(f)+string(filepath.Separator))
}

func remove(dirs []string) error {
	var errs []error
	for _, dir := range dirs {
		errs = append(errs, failed(os.RemoveAll(dir)))
	}
	return errors.Join(errs...)
}
