package receiver

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"

	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"
)

var (
	idPattern = regexp.MustCompile(`^[0-9a-f]{32}$`) // of IDs that filestore creates

	errFull = handler.NewError("ERR_DISK_FULL", "the receiver's disk is full", http.StatusInsufficientStorage)
	errDisk = handler.NewError("ERR_DISK", "the receiver's disk failed", http.StatusInternalServerError)
)

// validID reports whether id has the form of an upload ID, and so is safe in a path.
func validID(id string) bool { return idPattern.MatchString(id) }

// store is tusd's file store, extended by finished uploads, whose files were moved to the
// folder. It finishes a complete upload when that is requested.
type store struct {
	files    filestore.FileStore
	finisher *finisher
	buffers  *sync.Pool
	log      *slog.Logger
}

func newStore(dir string, finisher *finisher, log *slog.Logger) *store {
	files := filestore.New(dir)
	files.DirModePerm, files.FileModePerm = 0o700, 0o644
	buffers := &sync.Pool{New: func() any { return new([bufferSize]byte) }}
	return &store{files: files, finisher: finisher, buffers: buffers, log: log}
}

func (s *store) useIn(composer *handler.StoreComposer) {
	composer.UseCore(s)
	composer.UseTerminater(s)
	composer.UseConcater(s)
	composer.UseLengthDeferrer(s)
}

// NewUpload implements [handler.DataStore].
func (s *store) NewUpload(ctx context.Context, info handler.FileInfo) (handler.Upload, error) {
	created, err := s.files.NewUpload(ctx, info)
	if err != nil {
		return nil, s.diskError("create", err)
	}
	return &upload{Upload: created, store: s}, nil
}

// GetUpload implements [handler.DataStore]. tusd calls it with the upload's lock held.
func (s *store) GetUpload(ctx context.Context, id string) (handler.Upload, error) {
	if !validID(id) {
		return nil, handler.ErrNotFound
	}
	found, err := s.files.GetUpload(ctx, id)
	if errors.Is(err, handler.ErrNotFound) {
		return s.finished(id)
	}
	if err != nil {
		return nil, s.diskError("get", err)
	}
	info, err := found.GetInfo(ctx)
	if err != nil {
		return nil, s.diskError("get", err)
	}
	if !isComplete(info) {
		return &upload{Upload: found, store: s}, nil
	}
	if err := s.finish(info); err != nil {
		return nil, err
	}
	return s.finished(id)
}

// finished returns a finished upload.
func (s *store) finished(id string) (handler.Upload, error) {
	info, err := s.finisher.finished(id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, handler.ErrNotFound
	}
	if err != nil {
		return nil, s.diskError("finish", err)
	}
	return &finishedUpload{info: info, store: s}, nil
}

// finish finishes the upload if it is complete.
func (s *store) finish(info handler.FileInfo) error {
	if !isComplete(info) {
		return nil
	}
	if err := s.finisher.finish(info); err != nil {
		return s.diskError("finish", err)
	}
	return nil
}

// diskError logs err and returns an error for the client without details.
func (s *store) diskError(op string, err error) error {
	s.log.Error("disk error", "op", op, "error", err)
	if errors.Is(err, syscall.ENOSPC) {
		return errFull
	}
	return errDisk
}

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
	return s.files.AsLengthDeclarableUpload(u.(*upload).Upload)
}

// remove removes an upload. It removes the record first, so that an interrupted removal
// leaves no record without a file.
func (s *store) remove(id, record string) error {
	for _, name := range []string{id + record, id} {
		if err := os.Remove(filepath.Join(s.files.Path, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return s.diskError("remove", err)
		}
	}
	return nil
}

// upload is an unfinished upload.
type upload struct {
	handler.Upload
	store *store
}

// WriteChunk implements [handler.Upload].
func (u *upload) WriteChunk(ctx context.Context, offset int64, src io.Reader) (int64, error) {
	n, err := u.Upload.WriteChunk(ctx, offset, &bufferedBody{Reader: src, offset: offset, buffers: u.store.buffers})
	if err != nil {
		return n, u.store.diskError("write", err)
	}
	return n, nil
}

// Terminate implements [handler.TerminatableUpload].
func (u *upload) Terminate(ctx context.Context) error {
	info, err := u.GetInfo(ctx)
	if err != nil {
		return err
	}
	return u.store.remove(info.ID, infoSuffix)
}

// ConcatUploads implements [handler.ConcatableUpload].
func (u *upload) ConcatUploads(ctx context.Context, parts []handler.Upload) error {
	files := make([]handler.Upload, len(parts))
	for i, part := range parts {
		unfinished, ok := part.(*upload)
		if !ok {
			return handler.ErrInvalidConcat
		}
		files[i] = unfinished.Upload
	}
	if err := u.store.files.AsConcatableUpload(u.Upload).ConcatUploads(ctx, files); err != nil {
		return u.store.diskError("concat", err)
	}
	return nil
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
