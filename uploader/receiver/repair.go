package receiver

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"

	"github.com/ferryapp/ferry/uploader/atomicfile"
)

// repair finishes the uploads that a crash interrupted. It logs and skips those that
// fail; the next run tries them again.
func (f *finisher) repair() error {
	dir, err := f.root.Open(uploadsDir)
	if err != nil {
		return err
	}
	entries, err := dir.ReadDir(-1)
	if err := errors.Join(err, dir.Close()); err != nil {
		return err
	}
	for _, entry := range entries {
		if err := f.repairRecord(entry.Name()); err != nil {
			f.log.Warn("repair failed", "record", entry.Name(), "error", err)
		}
	}
	return nil
}

func (f *finisher) repairRecord(name string) error {
	if id, ok := strings.CutSuffix(name, doneSuffix); ok && validID(id) {
		return f.repairDone(id)
	}
	if id, ok := strings.CutSuffix(name, infoSuffix); ok && validID(id) {
		return f.repairUnfinished(id)
	}
	return nil
}

func (f *finisher) repairDone(id string) error {
	record, err := f.root.Lstat(path.Join(uploadsDir, id+doneSuffix))
	if err != nil {
		return err
	}
	_, err = f.root.Lstat(path.Join(uploadsDir, id))
	if errors.Is(err, fs.ErrNotExist) {
		f.retention.add(id, record.ModTime())
		return nil
	}
	_, err = f.finished(id)
	return err
}

func (f *finisher) repairUnfinished(id string) error {
	info, err := f.readRecord(id + infoSuffix)
	if err != nil {
		return err
	}
	data, err := f.root.Lstat(path.Join(uploadsDir, id))
	if err != nil {
		return err
	}
	info.Offset = data.Size()
	switch {
	case isComplete(info):
		return f.finish(info)
	case info.IsFinal:
		// The concatenation was interrupted: its parts still exist, and the client did not
		// get its URL.
		return errors.Join(f.root.Remove(path.Join(uploadsDir, id+infoSuffix)), f.root.Remove(path.Join(uploadsDir, id)))
	default:
		return f.updatePath(info)
	}
}

// updatePath corrects the path in an upload's record if the folder was moved.
func (f *finisher) updatePath(info handler.FileInfo) error {
	data := filepath.Join(f.root.Name(), filepath.FromSlash(uploadsDir), info.ID)
	if info.Storage[filestore.StorageKeyPath] == data {
		return nil
	}
	info.Storage = map[string]string{
		"Type":                       "filestore",
		filestore.StorageKeyPath:     data,
		filestore.StorageKeyInfoPath: data + infoSuffix,
	}
	text, err := json.Marshal(info)
	if err != nil {
		return err
	}
	return atomicfile.WriteIn(f.root, path.Join(uploadsDir, info.ID+infoSuffix), text, 0o600)
}
