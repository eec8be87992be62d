package uploadtest

import (
	"errors"
	"io/fs"
	"sync"

	"github.com/ferryapp/ferry/uploader/source"
)

// ErrDisk is inside of every failure that Disk.FailOn asks for.
var ErrDisk = errors.New("the disk was told to fail")

// Disk is the computer's own file system as a source.System, but for the failures
// it is asked for. It may be used from any goroutine.
type Disk struct {
	system source.OS

	mu       sync.Mutex
	accesses int
	failOn    int // this one; 0 for none
	denied   string
}

// FailOn makes the n-th access from now, counted from 1, fail: a look at a file, a
// list of a folder, opening a file and reading from it. The ones before and after
// it succeed; so do all when n is 0.
func (d *Disk) FailOn(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.accesses, d.failOn = 0, n
}

// Accesses is how often files were accessed since it was last told when to fail.
func (d *Disk) Accesses() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.accesses
}

// Deny makes opening the file fail as for someone who may not read it, whoever
// runs the test; "" ends that.
func (d *Disk) Deny(path string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.denied = path
}

func (d *Disk) access() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.accesses++
	if d.accesses == d.failOn {
		return ErrDisk
	}
	return nil
}

// Stat implements source.System.
func (d *Disk) Stat(path string) (fs.FileInfo, error) {
	if err := d.access(); err != nil {
		return nil, err
	}
	return d.system.Stat(path)
}

// ReadDir implements source.System.
func (d *Disk) ReadDir(path string) ([]fs.DirEntry, error) {
	if err := d.access(); err != nil {
		return nil, err
	}
	return d.system.ReadDir(path)
}

// Open implements source.System.
func (d *Disk) Open(path string) (source.Opened, error) {
	if err := d.access(); err != nil {
		return nil, err
	}
	if d.isDenied(path) {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrPermission}
	}
	file, err := d.system.Open(path)
	if err != nil {
		return nil, err
	}
	return failingFile{file, d}, nil
}

func (d *Disk) isDenied(path string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return path == d.denied
}

// failingFile is a file of which reading can fail.
type failingFile struct {
	source.Opened
	owner *Disk
}

func (o failingFile) ReadAt(p []byte, at int64) (int, error) {
	if err := o.owner.access(); err != nil {
		return 0, err
	}
	return o.Opened.ReadAt(p, at)
}

func (o failingFile) Stat() (fs.FileInfo, error) {
	if err := o.owner.access(); err != nil {
		return nil, err
	}
	return o.Opened.Stat()
}
