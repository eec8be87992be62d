package receiver

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"regexp"
	"sync"

	"github.com/tus/tusd/v2/pkg/handler"

	"github.com/ferryapp/ferry/uploader/privatefile"
	"github.com/ferryapp/ferry/uploader/tus"
)

var idPattern = regexp.MustCompile(`^[0-9a-f]{32}$`)

// validID reports whether id has the form of an upload ID, and so is safe in a path.
func validID(id string) bool { return idPattern.MatchString(id) }

// newID returns an unused ID that begins with prefix, which is hexadecimal and short.
func newID(prefix string) string {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	return (prefix + hex.EncodeToString(random[:]))[:2*len(random)]
}

// store is tusd's data store. It keeps unfinished uploads in uploadsDir, in the format of
// tusd's file store, and finishes a complete upload when that is requested. All its paths
// are in that open folder: it never creates a folder that was deleted, and opens no file that
// another user may have put there.
type store struct {
	files    *privatefile.Dir // uploadsDir
	finisher *finisher
	budget   *budget
	buffers  *sync.Pool
	log      *slog.Logger
}

func newStore(root *os.Root, files *privatefile.Dir, limit *budget, names naming, log *slog.Logger) *store {
	ids := newIDIndex()
	folder := newFolder(root)
	folder.open = func(from string) (*os.File, error) { return files.OpenFile(path.Base(from), os.O_RDONLY, 0) }
	return &store{
		files:  files,
		budget: limit,
		finisher: &finisher{
			files: files, folder: folder, budget: limit, naming: names, ids: ids, seen: newSeenBytes(), retention: &retention{root: files.Root(), ids: ids, log: log}, log: log,
		},
		buffers: &sync.Pool{New: func() any { return new([bufferSize]byte) }},
		log:     log,
	}
}

func (s *store) useIn(composer *handler.StoreComposer) {
	composer.UseCore(s)
	composer.UseTerminater(s)
	composer.UseConcater(s)
	composer.UseLengthDeferrer(s)
}

// NewUpload implements [handler.DataStore].
func (s *store) NewUpload(ctx context.Context, info handler.FileInfo) (handler.Upload, error) {
	if repeats(info.PartialUploads) {
		return nil, errRepeatedIDs
	}
	if err := s.budget.create(info.Size); err != nil {
		return nil, err
	}
	created := creationOf(ctx)
	info.ID = newID(created.key)
	if err := s.create(info); err != nil {
		s.budget.remove(0)
		return nil, s.diskError("create", errors.Join(err, removeFiles(s.files.Root(), info.ID, infoSuffix)))
	}
	created.id = info.ID
	s.finisher.ids.add(info.ID)
	return &upload{info: info, store: s}, nil
}

// repeats reports whether an ID occurs twice. A short request could otherwise have a part
// copied any number of times.
func repeats(ids []string) bool {
	seen := make(map[string]bool, len(ids))
	for _, id := range ids {
		if seen[id] {
			return true
		}
		seen[id] = true
	}
	return false
}

// create creates the files of an upload.
func (s *store) create(info handler.FileInfo) error {
	data, err := s.files.OpenFile(info.ID, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if err := data.Close(); err != nil {
		return err
	}
	record, err := json.Marshal(info)
	if err != nil {
		return err
	}
	file, err := s.files.OpenFile(info.ID+infoSuffix, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(record)
	return errors.Join(err, file.Close())
}

// GetUpload implements [handler.DataStore]. tusd calls it with the upload's lock held.
func (s *store) GetUpload(ctx context.Context, id string) (handler.Upload, error) {
	if !validID(id) {
		return nil, handler.ErrNotFound
	}
	info, err := s.finisher.unfinished(id)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s.finished(id)
	case errors.Is(err, errDamagedRecord): // since the start, see finisher.repair
		s.log.Warn("upload removed", "id", id, "err", err)
		return nil, cmp.Or(s.remove(id, infoSuffix), error(handler.ErrNotFound))
	case err != nil:
		return nil, s.diskError("get", err)
	case !isComplete(info):
		return &upload{info: info, store: s}, nil
	}
	if err := s.finish(ctx, info); err != nil {
		return nil, err
	}
	return s.finished(id)
}

// finished returns a finished upload.
func (s *store) finished(id string) (handler.Upload, error) {
	info, err := s.finisher.finished(id)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errDamagedRecord) {
		return nil, handler.ErrNotFound
	}
	if err != nil {
		return nil, s.diskError("finish", err)
	}
	return &finishedUpload{info: info, store: s}, nil
}

// finish finishes the upload if it is complete.
func (s *store) finish(ctx context.Context, info handler.FileInfo) error {
	if !isComplete(info) {
		return nil
	}
	return s.finishStated(ctx, info, info.MetaData[tus.MetadataDigest])
}

// finishStated finishes an upload, all of whose bytes have arrived, if it has the stated
// digest; "" for none. Otherwise it removes the upload and returns errDigest. It fails with
// errInterrupted like [finisher.finish].
func (s *store) finishStated(ctx context.Context, info handler.FileInfo, stated string) error {
	err := s.finisher.finish(ctx, info, stated)
	switch {
	case err == nil, errors.Is(err, errInterrupted):
		return err
	case errors.Is(err, errDigest):
		if err := s.remove(info.ID, infoSuffix); err != nil {
			return err
		}
		return errDigest
	default:
		return s.diskError("finish", err)
	}
}

func (s *store) diskError(op string, err error) error { return diskError(s.log, op, err) }

// AsTerminatableUpload implements [handler.TerminaterDataStore].
func (s *store) AsTerminatableUpload(u handler.Upload) handler.TerminatableUpload {
	return u.(handler.TerminatableUpload)
}

// AsConcatableUpload implements [handler.ConcaterDataStore].
func (s *store) AsConcatableUpload(u handler.Upload) handler.ConcatableUpload {
	return u.(*upload)
}

// AsLengthDeclarableUpload implements [handler.LengthDeferrerDataStore].
func (s *store) AsLengthDeclarableUpload(u handler.Upload) handler.LengthDeclarableUpload {
	return u.(*upload)
}

// remove removes an upload with its records.
func (s *store) remove(id string, records ...string) error {
	stored, unfinished := s.stored(id)
	if err := removeFiles(s.files.Root(), id, records...); err != nil {
		return s.diskError("remove", err)
	}
	if unfinished {
		s.budget.remove(stored)
	}
	s.finisher.ids.remove(id)
	s.finisher.seen.forget(id)
	return nil
}

// stored returns the bytes of an unfinished upload, and whether there is one.
func (s *store) stored(id string) (stored int64, unfinished bool) {
	_, err := s.files.Root().Lstat(id + infoSuffix)
	if err != nil {
		return 0, false
	}
	if data, err := s.files.Root().Lstat(id); err == nil {
		stored = data.Size()
	}
	return stored, true
}

// removeFiles removes the files of an upload, the records first, so that an interrupted
// removal leaves no record without a file.
func removeFiles(uploads *os.Root, id string, records ...string) error {
	names := []string{}
	for _, record := range records {
		names = append(names, id+record)
	}
	for _, name := range append(names, id) {
		if err := uploads.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// upload is an unfinished upload.
type upload struct {
	info  handler.FileInfo
	store *store
}

// GetInfo implements [handler.Upload].
func (u *upload) GetInfo(context.Context) (handler.FileInfo, error) { return u.info, nil }

// WriteChunk implements [handler.Upload].
func (u *upload) WriteChunk(_ context.Context, offset int64, src io.Reader) (int64, error) {
	limited := &budgetReader{Reader: src, budget: u.store.budget}
	body, hashed := u.store.finisher.seen.watch(u.info, offset, limited)
	n, err := u.appendTo(func(file *os.File) (int64, error) {
		return (&bufferedBody{Reader: body, offset: offset, buffers: u.store.buffers}).WriteTo(file)
	})
	hashed(n)
	u.store.budget.release(limited.read - n)
	u.info.Offset += n
	if errors.Is(err, errTotal) {
		return n, errTotal
	}
	if err != nil {
		return n, u.store.diskError("write", err)
	}
	return n, nil
}

// appendTo calls write with the file of the upload, which is opened to append.
func (u *upload) appendTo(write func(*os.File) (int64, error)) (n int64, err error) {
	file, err := u.store.files.OpenFile(u.info.ID, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return 0, err
	}
	n, err = write(file)
	return n, errors.Join(err, file.Close())
}

// GetReader implements [handler.Upload]. Files cannot be downloaded.
func (u *upload) GetReader(context.Context) (io.ReadCloser, error) { return nil, handler.ErrNotFound }

// FinishUpload implements [handler.Upload].
func (u *upload) FinishUpload(context.Context) error { return nil }

// DeclareLength implements [handler.LengthDeclarableUpload].
func (u *upload) DeclareLength(_ context.Context, length int64) error {
	u.info.Size, u.info.SizeIsDeferred = length, false
	record, err := json.Marshal(u.info)
	if err != nil {
		return err
	}
	if err := u.store.files.WriteFile(u.info.ID+infoSuffix, record); err != nil {
		return u.store.diskError("set length", err)
	}
	return nil
}

// Terminate implements [handler.TerminatableUpload].
func (u *upload) Terminate(context.Context) error { return u.store.remove(u.info.ID, infoSuffix) }

// ConcatUploads implements [handler.ConcatableUpload].
func (u *upload) ConcatUploads(_ context.Context, parts []handler.Upload) error {
	if taken := u.store.budget.take(u.info.Size); taken < u.info.Size {
		u.store.budget.release(taken)
		return errTotal
	}
	copied, err := u.appendParts(parts)
	u.store.budget.release(u.info.Size - copied)
	return err
}

// appendParts appends the bytes of parts to the file, and returns how many.
func (u *upload) appendParts(parts []handler.Upload) (copied int64, err error) {
	for _, part := range parts {
		unfinished, ok := part.(*upload)
		if !ok {
			return copied, handler.ErrInvalidConcat
		}
		n, err := u.appendTo(unfinished.copyTo)
		copied += n
		if err != nil {
			return copied, u.store.diskError("concat", err)
		}
	}
	return copied, nil
}

// copyTo copies the bytes of the upload to a file.
func (u *upload) copyTo(file *os.File) (int64, error) {
	data, err := u.store.files.OpenFile(u.info.ID, os.O_RDONLY, 0)
	if err != nil {
		return 0, err
	}
	defer func() { _ = data.Close() }()
	return io.Copy(file, data)
}

// finishedUpload is an upload whose file was moved to the folder.
type finishedUpload struct {
	info  handler.FileInfo
	store *store
}

// GetInfo implements [handler.Upload].
func (u *finishedUpload) GetInfo(context.Context) (handler.FileInfo, error) { return u.info, nil }

// WriteChunk implements [handler.Upload]. The upload accepts no more bytes.
func (u *finishedUpload) WriteChunk(context.Context, int64, io.Reader) (int64, error) {
	return 0, handler.ErrSizeExceeded
}

// GetReader implements [handler.Upload]. Files cannot be downloaded.
func (u *finishedUpload) GetReader(context.Context) (io.ReadCloser, error) {
	return nil, handler.ErrNotFound
}

// FinishUpload implements [handler.Upload].
func (u *finishedUpload) FinishUpload(context.Context) error { return nil }

// Terminate implements [handler.TerminatableUpload]. It removes the record and keeps the
// file.
func (u *finishedUpload) Terminate(context.Context) error {
	return u.store.remove(u.info.ID, doneSuffix)
}
