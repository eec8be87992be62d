package source

import (
	"io/fs"
	"sync"
	"time"
)

// Calls records the calls of a file system that have not returned yet: a call on a drive
// that does not respond blocks and cannot be interrupted. It is safe for concurrent use.
// The zero value has no calls.
type Calls struct {
	mu    sync.Mutex
	began []time.Time // of each call; zero for a slot that is free
}

// Waiting returns for how long the longest call has not returned at now; 0 if none is
// running.
func (c *Calls) Waiting(now time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	longest := time.Duration(0)
	for _, began := range c.began {
		if !began.IsZero() {
			longest = max(longest, now.Sub(began))
		}
	}
	return longest
}

// begin records a call and returns its slot. There are few: a transfer has a goroutine for
// each connection and one that hashes.
func (c *Calls) begin() (slot int) {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	for slot, began := range c.began {
		if began.IsZero() {
			c.began[slot] = now
			return slot
		}
	}
	c.began = append(c.began, now)
	return len(c.began) - 1
}

func (c *Calls) end(slot int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.began[slot] = time.Time{}
}

// Record returns a Disk that uses the same file system and records its calls, and those of
// the files that it opens, in calls.
func (d Disk) Record(calls *Calls) Disk {
	d.system = recorded{d.fs(), calls}
	return d
}

// recorded is a [FileSystem] whose calls are recorded.
type recorded struct {
	system FileSystem
	calls  *Calls
}

func (r recorded) Stat(path string) (fs.FileInfo, error) {
	defer r.calls.end(r.calls.begin())
	return r.system.Stat(path)
}

func (r recorded) Open(path string) (OpenFile, error) {
	return r.calls.open(func() (OpenFile, error) { return r.system.Open(path) })
}

func (r recorded) OpenFolder(path string) (Folder, error) {
	return r.calls.openFolder(func() (Folder, error) { return r.system.OpenFolder(path) })
}

func (c *Calls) open(open func() (OpenFile, error)) (OpenFile, error) {
	defer c.end(c.begin())
	file, err := open()
	if err != nil {
		return nil, err
	}
	return recordedFile{file, c}, nil
}

func (c *Calls) openFolder(open func() (Folder, error)) (Folder, error) {
	defer c.end(c.begin())
	folder, err := open()
	if err != nil {
		return nil, err
	}
	return recordedFolder{folder, c}, nil
}

// recordedFolder is an open folder whose calls are recorded.
type recordedFolder struct {
	Folder
	calls *Calls
}

func (r recordedFolder) Stat() (fs.FileInfo, error) {
	defer r.calls.end(r.calls.begin())
	return r.Folder.Stat()
}

func (r recordedFolder) Names() ([]string, error) {
	defer r.calls.end(r.calls.begin())
	return r.Folder.Names()
}

func (r recordedFolder) Lstat(name string) (fs.FileInfo, error) {
	defer r.calls.end(r.calls.begin())
	return r.Folder.Lstat(name)
}

func (r recordedFolder) Open(name string) (OpenFile, error) {
	return r.calls.open(func() (OpenFile, error) { return r.Folder.Open(name) })
}

func (r recordedFolder) OpenFolder(name string) (Folder, error) {
	return r.calls.openFolder(func() (Folder, error) { return r.Folder.OpenFolder(name) })
}

func (r recordedFolder) Close() error {
	defer r.calls.end(r.calls.begin())
	return r.Folder.Close()
}

// recordedFile is an open file whose calls are recorded.
type recordedFile struct {
	OpenFile
	calls *Calls
}

func (r recordedFile) ReadAt(p []byte, at int64) (int, error) {
	defer r.calls.end(r.calls.begin())
	return r.OpenFile.ReadAt(p, at)
}

func (r recordedFile) Stat() (fs.FileInfo, error) {
	defer r.calls.end(r.calls.begin())
	return r.OpenFile.Stat()
}

func (r recordedFile) Close() error {
	defer r.calls.end(r.calls.begin())
	return r.OpenFile.Close()
}
