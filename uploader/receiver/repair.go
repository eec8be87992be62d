package receiver

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"github.com/ferryapp/ferry/uploader/tus"
)

// repair finishes the uploads that a crash interrupted. It logs and skips those that
// fail; the next run tries them again. It removes uploads whose records are damaged: nothing
// says how long their files are and what they are called, so clients send them again.
func (f *finisher) repair(ctx context.Context) error {
	dir, err := f.files.Root().Open(".")
	if err != nil {
		return err
	}
	entries, err := dir.ReadDir(-1)
	if err := errors.Join(err, dir.Close()); err != nil {
		return err
	}
	for _, entry := range entries {
		if err := f.repairRecord(ctx, entry.Name()); err != nil {
			f.log.Warn("repair failed", "record", entry.Name(), "err", err)
		}
	}
	return nil
}

func (f *finisher) repairRecord(ctx context.Context, name string) error {
	if id, ok := strings.CutSuffix(name, doneSuffix); ok && validID(id) {
		return f.repairDone(id)
	}
	if id, ok := strings.CutSuffix(name, infoSuffix); ok && validID(id) {
		return f.repairUnfinished(ctx, id)
	}
	return nil
}

func (f *finisher) repairDone(id string) error {
	record, err := f.files.Stat(id + doneSuffix)
	if err != nil {
		return err
	}
	f.ids.add(id)
	_, err = f.files.Root().Lstat(id)
	if errors.Is(err, fs.ErrNotExist) {
		f.retention.add(id, record.ModTime())
		return nil
	}
	_, err = f.finished(id)
	if errors.Is(err, errDamagedRecord) {
		f.ids.remove(id)
		return f.discard(id, doneSuffix, err)
	}
	return err
}

// discard removes an upload because its record is damaged.
func (f *finisher) discard(id, record string, damage error) error {
	f.log.Warn("upload removed", "id", id, "err", damage)
	return removeFiles(f.files.Root(), id, record)
}

func (f *finisher) repairUnfinished(ctx context.Context, id string) error {
	info, err := f.unfinished(id)
	if errors.Is(err, errDamagedRecord) {
		return f.discard(id, infoSuffix, err)
	}
	if err != nil {
		return err
	}
	f.budget.restore(info.Offset)
	switch {
	case isComplete(info):
		f.ids.add(id)
		return f.finish(ctx, info, info.MetaData[tus.MetadataDigest])
	case info.IsFinal && info.Offset != info.Size:
		// The concatenation was interrupted: its parts still exist, and the client did not
		// get its URL.
		f.budget.remove(info.Offset)
		return errors.Join(f.files.Root().Remove(id+infoSuffix), f.files.Root().Remove(id))
	default:
		f.ids.addUnfinished(id)
		return nil
	}
}
