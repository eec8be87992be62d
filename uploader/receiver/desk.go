package receiver

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"

	"github.com/ferryapp/ferry/uploader/atomicfile"
)

const (
	private = ".ferry"             // the receiver's own folder in the folder it receives into
	uploads = private + "/uploads" // what has not been placed yet, and the records of what has
	ongoing = ".info"              // tusd's record of an upload
	arrived = ".done"              // the same record once every byte is on the disk
)

// desk takes uploads whose last byte arrived and puts them into the folder.
//
// The order makes it safe to be killed anywhere: the bytes are synced, then the
// record is renamed from ongoing to arrived, then the file gets its final name,
// then it loses its old one. An arrived record with a file beside it means that
// the rest has yet to be done; one without means that all is done.
//
// The caller holds the lock of the upload concerned.
type desk struct {
	root    *os.Root
	folder  *folder
	records *records
	log     *slog.Logger
}

// complete reports whether nothing is missing of an upload that is a file of its
// own, and not a part of one.
func complete(info handler.FileInfo) bool {
	return !info.IsPartial && !info.SizeIsDeferred && info.Offset == info.Size
}

// finish places an upload whose bytes are all there.
func (d *desk) finish(info handler.FileInfo) error {
	data := path.Join(uploads, info.ID)
	if err := d.settle(data, info); err != nil {
		return fmt.Errorf("settle upload: %w", err)
	}
	if err := d.root.Rename(data+ongoing, data+arrived); err != nil {
		return fmt.Errorf("record arrival: %w", err)
	}
	return d.deliver(info)
}

// settle checks that the file is whole, gives it the modification time of its
// source, in Unix milliseconds, and brings all of it to the disk.
func (d *desk) settle(data string, info handler.FileInfo) error {
	file, err := d.root.OpenFile(data, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	held, err := file.Stat()
	if err != nil {
		return err
	}
	if held.Size() != info.Size {
		return fmt.Errorf("%d bytes long, not %d", held.Size(), info.Size)
	}
	if ms, err := strconv.ParseInt(info.MetaData["mtime"], 10, 64); err == nil {
		modified := time.UnixMilli(ms)
		if err := d.root.Chtimes(data, modified, modified); err != nil {
			d.log.Debug("keep modification time", "error", err)
		}
	}
	return file.Sync()
}

// deliver moves an arrived upload to its place.
func (d *desk) deliver(info handler.FileInfo) error {
	data := path.Join(uploads, info.ID)
	at, err := d.folder.place(data, targetOf(info.MetaData))
	if err != nil {
		return err
	}
	now := time.Now()
	if err := d.root.Chtimes(data+arrived, now, now); err != nil {
		d.log.Debug("date record", "error", err)
	}
	d.records.add(info.ID, now)
	d.log.Debug("file received", "path", at, "size", info.Size)
	return nil
}

// arrival returns the record of an arrived upload, delivering it first if that
// is still to be done. It fails with fs.ErrNotExist when there is none.
func (d *desk) arrival(id string) (handler.FileInfo, error) {
	info, err := d.read(id + arrived)
	if err != nil {
		return info, err
	}
	info.Offset = info.Size
	_, err = d.root.Lstat(path.Join(uploads, id))
	if errors.Is(err, fs.ErrNotExist) {
		return info, nil
	}
	if err != nil {
		return info, err
	}
	return info, d.deliver(info)
}

func (d *desk) read(record string) (handler.FileInfo, error) {
	var info handler.FileInfo
	text, err := d.root.ReadFile(path.Join(uploads, record))
	if err != nil {
		return info, err
	}
	if err := json.Unmarshal(text, &info); err != nil {
		return info, fmt.Errorf("read record: %w", err)
	}
	info.ID = record[:len(record)-len(path.Ext(record))]
	return info, nil
}

// repair finishes what a crash interrupted. What cannot be repaired now is left
// for the next time.
func (d *desk) repair() error {
	dir, err := d.root.Open(uploads)
	if err != nil {
		return err
	}
	entries, err := dir.ReadDir(-1)
	if err := errors.Join(err, dir.Close()); err != nil {
		return err
	}
	for _, entry := range entries {
		if err := d.repairOne(entry.Name()); err != nil {
			d.log.Warn("repair upload", "record", entry.Name(), "error", err)
		}
	}
	return nil
}

func (d *desk) repairOne(name string) error {
	if id, ok := strings.CutSuffix(name, arrived); ok && validID(id) {
		return d.repairArrived(id)
	}
	if id, ok := strings.CutSuffix(name, ongoing); ok && validID(id) {
		return d.repairOngoing(id)
	}
	return nil
}

func (d *desk) repairArrived(id string) error {
	record := path.Join(uploads, id+arrived)
	before, err := d.root.Lstat(record)
	if err != nil {
		return err
	}
	_, err = d.root.Lstat(path.Join(uploads, id))
	if errors.Is(err, fs.ErrNotExist) {
		d.records.add(id, before.ModTime())
		return nil
	}
	_, err = d.arrival(id)
	return err
}

func (d *desk) repairOngoing(id string) error {
	info, err := d.read(id + ongoing)
	if err != nil {
		return err
	}
	data, err := d.root.Lstat(path.Join(uploads, id))
	if err != nil {
		return err
	}
	info.Offset = data.Size()
	switch {
	case complete(info):
		return d.finish(info)
	case info.IsFinal:
		// Its parts are all there still, and nobody learnt its URL.
		return errors.Join(d.root.Remove(path.Join(uploads, id+ongoing)), d.root.Remove(path.Join(uploads, id)))
	default:
		return d.relocate(info)
	}
}

// relocate corrects the path that tusd keeps of an upload, for a folder that was
// moved since.
func (d *desk) relocate(info handler.FileInfo) error {
	at := filepath.Join(d.root.Name(), filepath.FromSlash(uploads), info.ID)
	if info.Storage[filestore.StorageKeyPath] == at {
		return nil
	}
	info.Storage = map[string]string{
		"Type":                       "filestore",
		filestore.StorageKeyPath:     at,
		filestore.StorageKeyInfoPath: at + ongoing,
	}
	text, err := json.Marshal(info)
	if err != nil {
		return err
	}
	return atomicfile.WriteIn(d.root, path.Join(uploads, info.ID+ongoing), text, 0o600)
}
