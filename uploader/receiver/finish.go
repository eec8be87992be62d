package receiver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"strconv"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"

	"github.com/ferryapp/ferry/uploader/privatefile"
	"github.com/ferryapp/ferry/uploader/tus"
)

const (
	privateDir = ".ferry"                // in the receiver's folder
	lockFile   = "lock"                  // in privateDir
	uploadsDir = privateDir + "/uploads" // files of unfinished uploads, and the records of all
	infoSuffix = ".info"                 // tusd's record of an unfinished upload
	doneSuffix = ".done"                 // the same record once all bytes are on the disk
	maxRecord  = 4 << 20                 // bytes
)

// finisher moves complete uploads to the folder.
//
// The steps are safe against a crash at any point: the bytes are synced, the record is
// renamed from infoSuffix to doneSuffix, the file gets its final name, and then it loses
// its old one. A doneSuffix record with a file beside it means that the move is still to
// be done; without a file, all is done.
//
// Callers must hold the upload's lock.
type finisher struct {
	files     *privatefile.Dir // uploadsDir
	folder    *folder
	budget    *budget
	naming    naming
	ids       *idIndex
	seen      *seenBytes
	retention *retention
	log       *slog.Logger
}

// isComplete reports whether all bytes of an upload have arrived, and it is a file and not
// a part of one. One whose digest is still to be stated is not.
func isComplete(info handler.FileInfo) bool {
	return !info.IsPartial && !info.SizeIsDeferred && info.Offset == info.Size && !awaitsDigest(info)
}

// finish moves a complete upload to the folder, if it has the digest that the client
// stated; "" for none. Otherwise the result is errDigest. It is errInterrupted if ctx ends, or
// its request is interrupted, before that is known.
func (f *finisher) finish(ctx context.Context, info handler.FileInfo, stated string) error {
	data := info.ID
	if stated != "" {
		if err := f.verify(ctx, info, stated); err != nil {
			return err
		}
	}
	if err := f.sync(data, info); err != nil {
		return fmt.Errorf("sync upload: %w", err)
	}
	if err := f.files.Root().Rename(data+infoSuffix, data+doneSuffix); err != nil {
		return fmt.Errorf("rename record: %w", err)
	}
	f.seen.forget(info.ID)
	f.budget.finish(info.Size)
	return f.move(info, f.folder.sameFile)
}

// sync checks the size of the file, sets its modification time to the mtime of the
// metadata, and syncs it.
func (f *finisher) sync(data string, info handler.FileInfo) error {
	file, err := f.files.OpenFile(data, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	stat, err := file.Stat()
	if err != nil {
		return err
	}
	if stat.Size() != info.Size {
		return fmt.Errorf("file has %d bytes, want %d", stat.Size(), info.Size)
	}
	if modified, ok := modifiedAt(info.MetaData); ok {
		if err := f.files.Root().Chtimes(data, modified, modified); err != nil {
			f.log.Debug("set modification time failed", "err", err)
		}
	}
	return file.Sync()
}

// minMilliseconds is the smallest mtime that is in milliseconds: as seconds it would be in
// the year 5138, as milliseconds it is in 1973.
const minMilliseconds = 100_000_000_000

// modifiedAt returns the modification time in the metadata of an upload. mtime is in
// seconds, and in milliseconds from senders that do not follow other servers.
func modifiedAt(metadata handler.MetaData) (modified time.Time, ok bool) {
	if ms, err := strconv.ParseInt(metadata[tus.MetadataModified], 10, 64); err == nil {
		return time.UnixMilli(ms), true
	}
	mtime, err := strconv.ParseInt(metadata["mtime"], 10, 64)
	switch {
	case err != nil:
		return time.Time{}, false
	case mtime >= minMilliseconds || mtime <= -minMilliseconds:
		return time.UnixMilli(mtime), true
	default:
		return time.Unix(mtime, 0), true
	}
}

// move moves the file of an upload with a doneSuffix record to the folder.
func (f *finisher) move(info handler.FileInfo, same isSame) error {
	at, err := f.folder.moveIn(path.Join(uploadsDir, info.ID), f.naming.targetOf(info.MetaData), same)
	if at == "" {
		return err
	}
	if err != nil { // the file has its final name; the next run removes the old one
		f.log.Warn("remove upload failed", "err", err)
	}
	now := time.Now()
	if err := f.files.Root().Chtimes(info.ID+doneSuffix, now, now); err != nil {
		f.log.Debug("set record time failed", "err", err)
	}
	f.retention.add(info.ID, now)
	f.log.Debug("file received", "path", at, "size", info.Size)
	return nil
}

// finished returns the info of a finished upload, and first moves its file if that is
// still to be done. It returns fs.ErrNotExist if there is no such upload.
func (f *finisher) finished(id string) (handler.FileInfo, error) {
	info, err := f.readRecord(id + doneSuffix)
	if err != nil {
		return info, err
	}
	info.Offset = info.Size
	_, err = f.files.Root().Lstat(id) // it may have two names after a crash
	if errors.Is(err, fs.ErrNotExist) {
		return info, nil
	}
	if err != nil {
		return info, err
	}
	return info, f.move(info, f.folder.sameContent)
}

// unfinished returns the info of an unfinished upload, or fs.ErrNotExist.
func (f *finisher) unfinished(id string) (handler.FileInfo, error) {
	info, err := f.readRecord(id + infoSuffix)
	if err != nil {
		return info, err
	}
	data, err := f.files.Stat(id)
	if err != nil {
		return info, err
	}
	info.Offset = data.Size()
	return info, nil
}

func (f *finisher) readRecord(name string) (handler.FileInfo, error) {
	text, err := f.files.ReadFile(name, maxRecord)
	if err != nil {
		return handler.FileInfo{}, err
	}
	return parseRecord(name, text)
}

// errDamagedRecord is the error of a record whose content cannot be used. A record that was
// being written is empty or cut off after a power failure, and in a copy of the folder.
var errDamagedRecord = errors.New("damaged record")

// parseRecord parses the record in the file with this name. It fails with errDamagedRecord.
func parseRecord(name string, text []byte) (info handler.FileInfo, err error) {
	if err := json.Unmarshal(text, &info); err != nil {
		return handler.FileInfo{}, fmt.Errorf("%w: %w", errDamagedRecord, err)
	}
	if info.Size < 0 {
		return handler.FileInfo{}, fmt.Errorf("%w: size %d", errDamagedRecord, info.Size)
	}
	info.ID = name[:len(name)-len(path.Ext(name))]
	return info, nil
}
