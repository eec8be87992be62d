package uploadtest

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
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
	opens    error // of every Stat by path, Open and OpenFolder; nil for none
	denied   string
	sizes    map[string]int64 // by path
	broken   string           // file or folder
	err      error            // of each access of what is broken
	hung     string           // file, or folder of a drive
	drive    bool             // every access of what is hung blocks, not only reads
	hang     chan struct{}    // closed when it responds again; nil for none
	waiting  int              // number of accesses that wait for that
}

// FailOn makes the n-th access from now fail, counted from 1; 0 disables
// failures. An access is a Stat, a list of names, an Open or a read.
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

// FailOpens makes every Stat by path, Open and OpenFolder fail with err, such as EMFILE. Open
// files can still be read. nil ends that.
func (d *Disk) FailOpens(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opens = err
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

// ReportSize makes the file have that size in what is reported of it. What can be read
// stays the same.
func (d *Disk) ReportSize(path string, size int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.sizes == nil {
		d.sizes = map[string]int64{}
	}
	d.sizes[path] = size
}

// Break makes every access of a file, or of what is in a folder, fail with err; nil repairs
// it.
func (d *Disk) Break(path string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broken, d.err = path, err
}

// Hang makes reads of the file block, whatever the reader's context, until the returned
// function is called, as a network drive without its server does.
func (d *Disk) Hang(path string) (release func()) { return d.block(path, false) }

// HangDrive is Hang for every access of a file, or of a folder and what is in it.
func (d *Disk) HangDrive(path string) (release func()) { return d.block(path, true) }

func (d *Disk) block(path string, drive bool) (release func()) {
	hang := make(chan struct{})
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hung, d.drive, d.hang = path, drive, hang
	return sync.OnceFunc(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.hang = nil
		close(hang)
	})
}

// Hanging returns the number of accesses that block because of Hang or HangDrive.
func (d *Disk) Hanging() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.waiting
}

// waitHang blocks while the access hangs.
func (d *Disk) waitHang(path string, read bool) {
	d.mu.Lock()
	hang := d.hang
	if hang == nil || !read && !d.drive || !within(path, d.hung) {
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

// access returns the error of an access, after the time for which it hangs.
func (d *Disk) access(path string, read bool) error {
	d.waitHang(path, read)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.accesses++
	switch {
	case d.accesses == d.failOn && d.failure != nil:
		return d.failure
	case d.accesses == d.failOn:
		return ErrDisk
	case d.err != nil && within(path, d.broken):
		return &fs.PathError{Op: "access", Path: path, Err: d.err}
	default:
		return nil
	}
}

// accessPath is access for what needs a new descriptor.
func (d *Disk) accessPath(path string) error {
	if err := d.access(path, false); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.opens != nil {
		return &fs.PathError{Op: "open", Path: path, Err: d.opens}
	}
	return nil
}

// within reports whether path is the file or folder, or in it.
func within(path, folder string) bool {
	rest, ok := strings.CutPrefix(path, folder)
	return ok && (rest == "" || rest[0] == filepath.Separator)
}

// resized returns info with the size that is to be reported.
func (d *Disk) resized(path string, info fs.FileInfo, err error) (fs.FileInfo, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if size, ok := d.sizes[path]; ok && err == nil {
		return resizedInfo{info, size}, nil
	}
	return info, err
}

type resizedInfo struct {
	fs.FileInfo
	size int64
}

func (i resizedInfo) Size() int64 { return i.size }

// Stat implements source.FileSystem.
func (d *Disk) Stat(path string) (fs.FileInfo, error) {
	if err := d.accessPath(path); err != nil {
		return nil, err
	}
	info, err := d.system.Stat(path)
	return d.resized(path, info, err)
}

// Open implements source.FileSystem.
func (d *Disk) Open(path string) (source.OpenFile, error) {
	return d.open(path, func() (source.OpenFile, error) { return d.system.Open(path) })
}

func (d *Disk) open(path string, open func() (source.OpenFile, error)) (source.OpenFile, error) {
	if err := d.accessPath(path); err != nil {
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
	if err := d.accessPath(path); err != nil {
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
	if err := f.owner.access(f.path, false); err != nil {
		return nil, err
	}
	return f.Folder.Names()
}

func (f failingFolder) Lstat(name string) (fs.FileInfo, error) {
	path := filepath.Join(f.path, name)
	if err := f.owner.access(path, false); err != nil {
		return nil, err
	}
	info, err := f.Folder.Lstat(name)
	return f.owner.resized(path, info, err)
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
	if err := o.owner.access(o.path, true); err != nil {
		return 0, err
	}
	return o.OpenFile.ReadAt(p, at)
}

func (o failingFile) Stat() (fs.FileInfo, error) {
	if err := o.owner.access(o.path, false); err != nil {
		return nil, err
	}
	info, err := o.OpenFile.Stat()
	return o.owner.resized(o.path, info, err)
}
