package uploadtest

import (
	"errors"
	"io/fs"
	"sync"

	"github.com/ferryapp/ferry/uploader/source"
)

// ErrDisk is wrapped by every error that [Disk.FailOn] causes.
var ErrDisk = errors.New("injected disk failure")

// Disk is a [source.FileSystem] on the operating system's file system, with injected
// failures. It is safe for concurrent use.
type Disk struct {
	system source.OS

	mu       sync.Mutex
	accesses int
	failOn   int   // number of the failing access; 0 for none
	failure  error // of that access; nil for ErrDisk
	denied   string
	closed   error // of every Stat, ReadDir and Open; nil for none
	hung     string
	hang     chan struct{} // closed when the hung file responds again; nil for none
	waiting  int           // number of reads that wait for that
}

// FailOn makes the n-th access from now fail, counted from 1; 0 disables
// failures. An access is a Stat, a ReadDir, an Open or a read.
func (d *Disk) FailOn(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.accesses, d.failOn = 0, n
}

// FailWith makes err the error of FailOn.
func (d *Disk) FailWith(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.failure = err
}

// Accesses returns the number of accesses since the last call of FailOn.
func (d *Disk) Accesses() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.accesses
}

// Deny makes opening the file fail with [fs.ErrPermission], also for root.
// An empty path denies no file.
func (d *Disk) Deny(path string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.denied = path
}

// FailOpens makes every Stat by path, ReadDir and Open fail with err, such as EMFILE. Open
// files can still be read. nil ends that.
func (d *Disk) FailOpens(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = err
}

// openError returns the error of FailOpens for an access to a path.
func (d *Disk) openError(op, path string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed == nil {
		return nil
	}
	return &fs.PathError{Op: op, Path: path, Err: d.closed}
}

// Hang makes reads of the file block, whatever the reader's context, until the returned
// function is called, as a network drive without its server does.
func (d *Disk) Hang(path string) (release func()) {
	hang := make(chan struct{})
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hung, d.hang = path, hang
	return sync.OnceFunc(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.hang = nil
		close(hang)
	})
}

// Hanging returns the number of reads that block because of Hang.
func (d *Disk) Hanging() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.waiting
}

// waitHang blocks while the file hangs.
func (d *Disk) waitHang(path string) {
	d.mu.Lock()
	hang := d.hang
	if hang == nil || path != d.hung {
		d.mu.Unlock()
		return
	}
	d.waiting++
	d.mu.Unlock()
	<-hang
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting--
}

func (d *Disk) access() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.accesses++
	switch {
	case d.accesses != d.failOn:
		return nil
	case d.failure != nil:
		return d.failure
	default:
		return ErrDisk
	}
}

// Stat implements source.FileSystem.
func (d *Disk) Stat(path string) (fs.FileInfo, error) {
	if err := errors.Join(d.openError("stat", path), d.access()); err != nil {
		return nil, err
	}
	return d.system.Stat(path)
}

// ReadDir implements source.FileSystem.
func (d *Disk) ReadDir(path string) ([]fs.DirEntry, error) {
	if err := errors.Join(d.openError("readdir", path), d.access()); err != nil {
		return nil, err
	}
	return d.system.ReadDir(path)
}

// Open implements source.FileSystem.
func (d *Disk) Open(path string) (source.OpenFile, error) {
	if err := errors.Join(d.openError("open", path), d.access()); err != nil {
		return nil, err
	}
	if d.isDenied(path) {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrPermission}
	}
	file, err := d.system.Open(path)
	if err != nil {
		return nil, err
	}
	return failingFile{file, d, path}, nil
}

func (d *Disk) isDenied(path string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return path == d.denied
}

// failingFile is an open file whose reads can fail.
type failingFile struct {
	source.OpenFile
	owner *Disk
	path  string
}

func (o failingFile) ReadAt(p []byte, at int64) (int, error) {
	o.owner.waitHang(o.path)
	if err := o.owner.access(); err != nil {
		return 0, err
	}
	return o.OpenFile.ReadAt(p, at)
}

func (o failingFile) Stat() (fs.FileInfo, error) {
	if err := o.owner.access(); err != nil {
		return nil, err
	}
	return o.OpenFile.Stat()
}
