package engine_test

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// otherDrive is a disk with a folder that is on another drive.
type otherDrive struct {
	*uploadtest.Disk
	folder string
}

func (o *otherDrive) Stat(path string) (fs.FileInfo, error) {
	info, err := o.Disk.Stat(path)
	return o.moved(path, info, err)
}

func (o *otherDrive) Open(path string) (source.OpenFile, error) {
	file, err := o.Disk.Open(path)
	if err != nil {
		return nil, err
	}
	return otherDriveFile{file, o, path}, nil
}

func (o *otherDrive) OpenFolder(path string) (source.Folder, error) {
	folder, err := o.Disk.OpenFolder(path)
	if err != nil {
		return nil, err
	}
	return otherDriveFolder{folder, o, path}, nil
}

// otherDriveFolder is a folder that may be on the other drive.
type otherDriveFolder struct {
	source.Folder
	owner *otherDrive
	path  string
}

func (f otherDriveFolder) Stat() (fs.FileInfo, error) {
	info, err := f.Folder.Stat()
	return f.owner.moved(f.path, info, err)
}

func (f otherDriveFolder) Lstat(name string) (fs.FileInfo, error) {
	info, err := f.Folder.Lstat(name)
	return f.owner.moved(filepath.Join(f.path, name), info, err)
}

func (f otherDriveFolder) Open(name string) (source.OpenFile, error) {
	file, err := f.Folder.Open(name)
	if err != nil {
		return nil, err
	}
	return otherDriveFile{file, f.owner, filepath.Join(f.path, name)}, nil
}

func (f otherDriveFolder) OpenFolder(name string) (source.Folder, error) {
	folder, err := f.Folder.OpenFolder(name)
	if err != nil {
		return nil, err
	}
	return otherDriveFolder{folder, f.owner, filepath.Join(f.path, name)}, nil
}

func (o *otherDrive) moved(path string, info fs.FileInfo, err error) (fs.FileInfo, error) {
	if err != nil || !strings.HasPrefix(path, o.folder) {
		return info, err
	}
	switch stat := info.Sys().(type) {
	case *syscall.Stat_t:
		moved := *stat
		moved.Dev++
		return otherDriveInfo{info, &moved}, nil
	case *unix.Stat_t:
		moved := *stat
		moved.Dev++
		return otherDriveInfo{info, &moved}, nil
	default:
		return nil, fmt.Errorf("%s has no device", path)
	}
}

type otherDriveFile struct {
	source.OpenFile
	owner *otherDrive
	path  string
}

func (f otherDriveFile) Stat() (fs.FileInfo, error) {
	info, err := f.OpenFile.Stat()
	return f.owner.moved(f.path, info, err)
}

type otherDriveInfo struct {
	fs.FileInfo
	stat any
}

func (i otherDriveInfo) Sys() any { return i.stat }

// TestBlockedDriveDoesNotKeepOthersWaiting adds files of a drive that does not respond and
// then one of another drive. There is one place for large files, and the ones of the first
// drive would be next.
func TestBlockedDriveDoesNotKeepOthersWaiting(t *testing.T) {
	t.Parallel()
	h := newDriveHarness(t)
	folder := filepath.Join(t.TempDir(), "network")
	var names []string
	for i := range 5 {
		name := fmt.Sprint(i, ".mov")
		names = append(names, filepath.Join(folder, name))
		moveFile(t, createFile(t, name, 2<<20+i), filepath.Join(folder, name))
	}
	h.stop()
	h.system = &otherDrive{h.disk, folder}
	h.start()
	h.waitLoaded()
	release := h.disk.Hang(names[0])
	t.Cleanup(release)
	blocked := h.add(folder)
	h.waitForDrive(names[0])
	other := createFile(t, "other.mov", 2<<20)
	h.waitFinal(h.add(other))
	s := h.waitFor("the other files of the drive to wait for it", func(s *uploader.Snapshot) bool {
		waits := 0
		for transfer := range s.Transfers.Values() {
			if s.Wait(transfer) != nil {
				waits++
			}
		}
		return waits == len(names)
	})
	if s.Totals.Active != 1 {
		t.Errorf("%d workers, want only the blocked one", s.Totals.Active)
	}
	release()
	h.waitFinal(blocked)
	wantStored(t, h.server, append(names, other)...)
}
