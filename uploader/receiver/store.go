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
	idForm = regexp.MustCompile(`^[0-9a-f]{32}$`) // what filestore makes

	errFull = handler.NewError("ERR_DISK_FULL", "the receiver's disk is full", http.StatusInsufficientStorage)
	errDisk = handler.NewError("ERR_DISK", "the receiver's disk failed", http.StatusInternalServerError)
)

// validID reports whether the id is one of ours, and so safe in a path.
func validID(id string) bool { return idForm.MatchString(id) }

// store is tusd's file store, which in addition knows uploads that were placed
// already, and places those that are complete when they are asked for.
type store struct {
	files   filestore.FileStore
	desk    *desk
	buffers *sync.Pool
	log     *slog.Logger
}

func newStore(dir string, desk *desk, log *slog.Logger) *store {
	files := filestore.New(dir)
	files.DirModePerm, files.FileModePerm = 0o700, 0o644
	buffers := &sync.Pool{New: func() any { return new([bufferSize]byte) }}
	return &store{files: files, desk: desk, buffers: buffers, log: log}
}

func (s *store) useIn(composer *handler.StoreComposer) {
	composer.UseCore(s)
	composer.UseTerminater(s)
	composer.UseConcater(s)
	composer.UseLengthDeferrer(s)
}

// NewUpload implements handler.DataStore.
func (s *store) NewUpload(ctx context.Context, info handler.FileInfo) (handler.Upload, error) {
	made, err := s.files.NewUpload(ctx, info)
	if err != nil {
		return nil, s.failed("create", err)
	}
	return &upload{Upload: made, store: s}, nil
}

// GetUpload implements handler.DataStore. It is called with the upload's lock
// held.
func (s *store) GetUpload(ctx context.Context, id string) (handler.Upload, error) {
	if !validID(id) {
		return nil, handler.ErrNotFound
	}
	found, err := s.files.GetUpload(ctx, id)
	if errors.Is(err, handler.ErrNotFound) {
		return s.placed(id)
	}
	if err != nil {
		return nil, s.failed("get", err)
	}
	info, err := found.GetInfo(ctx)
	if err != nil {
		return nil, s.failed("get", err)
	}
	if !complete(info) {
		return &upload{Upload: found, store: s}, nil
	}
	if err := s.finish(info); err != nil {
		return nil, err
	}
	return s.placed(id)
}

func (s *store) placed(id string) (handler.Upload, error) {
	info, err := s.desk.arrival(id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, handler.ErrNotFound
	}
	if err != nil {
		return nil, s.failed("place", err)
	}
	return &placed{info: info, store: s}, nil
}

func (s *store) finish(info handler.FileInfo) error {
	if !complete(info) {
		return nil
	}
	if err := s.desk.finish(info); err != nil {
		return s.failed("place", err)
	}
	return nil
}

// failed tells the client what kind of failure it was, and only the log where.
func (s *store) failed(op string, err error) error {
	s.log.Error("receive", "op", op, "error", err)
	if errors.Is(err, syscall.ENOSPC) {
		return errFull
	}
	return errDisk
}

// AsTerminatableUpload implements handler.TerminaterDataStore.
func (s *store) AsTerminatableUpload(u handler.Upload) handler.TerminatableUpload {
	return u.(handler.TerminatableUpload)
}

// AsConcatableUpload implements handler.ConcaterDataStore.
func (s *store) AsConcatableUpload(u handler.Upload) handler.ConcatableUpload {
	return u.(*upload)
}

// AsLengthDeclarableUpload implements handler.LengthDeferrerDataStore.
func (s *store) AsLengthDeclarableUpload(u handler.Upload) handler.LengthDeclarableUpload {
	return s.files.AsLengthDeclarableUpload(u.(*upload).Upload)
}

// forget removes an upload's record before its bytes: without a record nobody
// can come upon half an upload.
func (s *store) forget(id, record string) error {
	for _, name := range []string{id + record, id} {
		if err := os.Remove(filepath.Join(s.files.Path, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return s.failed("remove", err)
		}
	}
	return nil
}

// upload is one that is not complete yet.
type upload struct {
	handler.Upload
	store *store
}

// WriteChunk implements handler.Upload.
func (u *upload) WriteChunk(ctx context.Context, offset int64, src io.Reader) (int64, error) {
	n, err := u.Upload.WriteChunk(ctx, offset, &body{Reader: src, offset: offset, buffers: u.store.buffers})
	if err != nil {
		return n, u.store.failed("write", err)
	}
	return n, nil
}

// Terminate implements handler.TerminatableUpload.
func (u *upload) Terminate(ctx context.Context) error {
	info, err := u.GetInfo(ctx)
	if err != nil {
		return err
	}
	return u.store.forget(info.ID, ongoing)
}

// ConcatUploads implements handler.ConcatableUpload.
func (u *upload) ConcatUploads(ctx context.Context, parts []handler.Upload) error {
	files := make([]handler.Upload, len(parts))
	for i, part := range parts {
		open, ok := part.(*upload)
		if !ok {
			return handler.ErrInvalidConcat
		}
		files[i] = open.Upload
	}
	if err := u.store.files.AsConcatableUpload(u.Upload).ConcatUploads(ctx, files); err != nil {
		return u.store.failed("join", err)
	}
	return nil
}

// placed is an upload whose file lies in the folder already.
type placed struct {
	info  handler.FileInfo
	store *store
}

// GetInfo implements handler.Upload.
func (p *placed) GetInfo(context.Context) (handler.FileInfo, error) { return p.info, nil }

// WriteChunk implements handler.Upload. Nothing is left to write.
func (p *placed) WriteChunk(context.Context, int64, io.Reader) (int64, error) {
	return 0, handler.ErrSizeExceeded
}

// GetReader implements handler.Upload. Files are not given out.
func (p *placed) GetReader(context.Context) (io.ReadCloser, error) { return nil, handler.ErrNotFound }

// FinishUpload implements handler.Upload.
func (p *placed) FinishUpload(context.Context) error { return nil }

// Terminate implements handler.TerminatableUpload: the upload is forgotten, the
// file stays.
func (p *placed) Terminate(context.Context) error { return p.store.forget(p.info.ID, arrived) }
