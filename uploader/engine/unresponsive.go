package engine

import (
	"context"
	"time"

	"github.com/ferryapp/ferry/uploader"
)

// A command must not wait for a drive that does not respond: others would wait behind it,
// and a call of the file system cannot be interrupted.
const (
	// folderCheckTimeout is how long a Retry waits for what is at the paths that failed.
	folderCheckTimeout = 2 * time.Second

	// maxFolderChecks is how many paths are looked at simultaneously, for all commands. Each
	// that does not return occupies a thread of the operating system.
	maxFolderChecks = 8
)

// foldersAmong returns which paths are folders, as far as the file system says so within
// folderCheckTimeout. It runs on the caller's goroutine.
func (e *Engine) foldersAmong(ctx context.Context, paths []string) map[string]bool {
	type answer struct {
		path     string
		isFolder bool
	}
	folders, answers := map[string]bool{}, make(chan answer, len(paths))
	timeout := time.NewTimer(folderCheckTimeout)
	defer timeout.Stop()
	for asked, answered := 0, 0; answered < len(paths); {
		checks := e.folderChecks
		if asked == len(paths) {
			checks = nil
		}
		select {
		case checks <- struct{}{}:
			path := paths[asked]
			asked++
			go func() {
				defer func() { <-e.folderChecks }()
				answers <- answer{path, e.config.Disk.IsFolder(path)}
			}()
		case a := <-answers:
			answered++
			if a.isFolder {
				folders[a.path] = true
			}
		case <-timeout.C:
			return folders
		case <-ctx.Done():
			return folders
		}
	}
	return folders
}

// submitRelocate is Submit for a command that reads and compares a file, which may take
// minutes: that is done by wait.
func (e *Engine) submitRelocate(c uploader.Relocate) (wait func(context.Context) error) {
	type result struct {
		found relocation
		err   error
	}
	return func(ctx context.Context) error {
		located := make(chan result, 1)
		go func() {
			found, err := e.locate(ctx, c)
			located <- result{found, err}
		}()
		select {
		case r := <-located:
			if r.err != nil {
				return r.err
			}
			wait, err := e.submit(ctx, r.found)
			if err != nil {
				return err
			}
			return wait(ctx)
		case <-ctx.Done():
			return ctx.Err()
		case <-e.done:
			return ErrStopped
		}
	}
}
