package source

import (
	"context"
	"io"

	"github.com/ferryapp/ferry/uploader/fault"
)

// hashBufferSize is the number of bytes read at once: large enough for the disk, and
// small enough that the end of the context is noticed soon.
const hashBufferSize = 256 << 10

// WriteSection writes the bytes of a file from start to end to w, a hash, whose errors are
// ignored. It fails like [ReadFull] or with ctx's error.
func WriteSection(ctx context.Context, w io.Writer, file io.ReaderAt, start, end int64) error {
	reader := sectionReader{file: file}
	return reader.read(ctx, start, end, func(p []byte) { _, _ = w.Write(p) })
}

// sectionReader reads sections of a file piece by piece.
type sectionReader struct {
	file   io.ReaderAt
	buffer []byte
}

// read calls each with the bytes from start to end in order. It fails like [ReadFull] or
// with ctx's error.
func (r *sectionReader) read(ctx context.Context, start, end int64, each func([]byte)) error {
	if size := min(hashBufferSize, end-start); int64(len(r.buffer)) < size {
		r.buffer = make([]byte, size)
	}
	for at := start; at < end; {
		if err := ctx.Err(); err != nil {
			return err
		}
		buffer := r.buffer[:min(int64(len(r.buffer)), end-at)]
		n, err := ReadFull(r.file, buffer, at)
		each(buffer[:n])
		at += int64(n)
		if err != nil {
			return err
		}
	}
	return nil
}

// ReadFull fills p with the bytes at an offset of a file. It returns the number of bytes
// read and, if that is less, a *fault.Fault: that of [EndedAt] where the file ends.
func ReadFull(file io.ReaderAt, p []byte, at int64) (n int, err error) {
	n, err = file.ReadAt(p, at)
	switch {
	case n == len(p):
		return n, nil
	case err == io.EOF: // ReadAt returns it unwrapped
		return n, EndedAt(at + int64(n))
	default:
		return n, Classify(fault.Read, err)
	}
}
