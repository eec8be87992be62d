package uploadtest

import (
	"errors"
	"io/fs"
	"path/filepath"
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
	failOn   int // number of the failing access; 0 for none
	denied   string
	hung     string
	hang     chan struct{} // closed when the hung file responds again; nil for none
	waiting  int           // number of reads that wait for that
}

// FailOn makes the n-th access from now fail, counted from 1; 0 disables
// failures. An access is a Stat, a list of names, an Open or a read.
func (d *Disk) FailOn(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.accesses, d.failOn = 0, n
}

// Accesses returns the number of accesses since the last call of FailOn.
func (d *Disk) Accesses() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.accesses
}

// Deny makes opening the file or folder fail with [fs.ErrPermission], also for root.
// An empty path denies no file.
func (d *Disk) Deny(path string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.denied = path
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
	if d.accesses == d.failOn {
		return ErrDisk
	}
	return nil
}

// Stat implements source.FileSystem.
func (d *Disk) Stat(path string) (fs.FileInfo, error) {
	if err := d.access(); err != nil {
		return nil, err
	}
	return d.system.Stat(path)
}

// Open implements source.FileSystem.
func (d *Disk) Open(path string) (source.OpenFile, error) {
	return d.open(path, func() (source.OpenFile, error) { return d.system.Open(path) })
}

func (d *Disk) open(path string, open func() (source.OpenFile, error)) (source.OpenFile, error) {
	if err := d.access(); err != nil {
		return nil, err
	}
	if d.isDenied(path) {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrPermission}
	}
	file, err := open()
	if err != nil {
		return nil, err
	}
	return failingFile{file, d, path}, nil
}

// OpenFolder implements source.FileSystem.
func (d *Disk) OpenFolder(path string) (source.Folder, error) {
	return d.openFolder(path, func() (source.Folder, error) { return d.system.OpenFolder(path) })
}

func (d *Disk) openFolder(path string, open func() (source.Folder, error)) (source.Folder, error) {
	if err := d.access(); err != nil {
		return nil, err
	}
	if d.isDenied(path) {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrPermission}
	}
	folder, err := open()
	if err != nil {
		return nil, err
	}
	return failingFolder{folder, d, path}, nil
}

// failingFolder is an open folder whose accesses can fail.
type failingFolder struct {
	source.Folder
	owner *Disk
	path  string
}

func (f failingFolder) Names() ([]string, error) {
	if err := f.owner.access(); err != nil {
		return nil, err
	}
	return f.Folder.Names()
}

func (f failingFolder) Lstat(name string) (fs.FileInfo, error) {
	if err := f.owner.access(); err != nil {
		return nil, err
	}
	return f.Folder.Lstat(name)
}

func (f failingFolder) Open(name string) (source.OpenFile, error) {
	return f.owner.open(filepath.Join(f.path, name), func() (source.OpenFile, error) { return f.Folder.Open(name) })
}

func (f failingFolder) OpenFolder(name string) (source.Folder, error) {
	return f.owner.openFolder(filepath.Join(f.path, name), func() (source.Folder, error) { return f.Folder.OpenFolder(name) })
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
