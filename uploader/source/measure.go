package source

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"

	"github.com/ferryapp/ferry/uploader/digest"
	"github.com/ferryapp/ferry/uploader/fault"
)

// maxSnapshot is the largest content, in bytes, that [Measure] keeps in memory.
const maxSnapshot = 1 << 20

// Understates reports whether more bytes can be read of an open file than its size: the
// system does not know how large the content of some files is until it was read, such as
// those in /proc, and documents of some cloud drives, and says 0. If a file of size 0
// cannot be read, the error is a *fault.Fault.
func Understates(opened OpenFile, seen File) (bool, error) {
	n, err := opened.ReadAt(make([]byte, 1), seen.Size)
	switch {
	case n > 0:
		now, err := StatOpen(opened, seen)
		return err == nil && now.Size == seen.Size, err // otherwise it has grown
	case seen.Size == 0 && err != nil && !errors.Is(err, io.EOF):
		return false, Classify(fault.Read, err)
	default:
		return false, nil // a larger file that cannot be read is left to its readers
	}
}

// Measured is the result of [Measure].
type Measured struct {
	OpenFile      // reports the number of bytes that can be read as its size
	File     File // with that size
	Digest   digest.Digest
}

// Measure determines the size of a file that [Understates] its size by reading it to its
// end. It calls progress with the number of bytes read so far. Content of up to 1 MiB is
// kept in memory and not read again: what is in /proc may be different every time. The
// returned file replaces opened, which is closed with it. It fails with a *fault.Fault or
// the context's error.
func Measure(ctx context.Context, opened OpenFile, seen File, progress func(int64)) (Measured, error) {
	file := &measuredFile{OpenFile: opened, reported: seen.Size}
	sum := digest.New()
	for buffer := make([]byte, hashBufferSize); ; {
		if err := ctx.Err(); err != nil {
			return Measured{}, err
		}
		n, err := opened.ReadAt(buffer, file.size)
		_, _ = sum.Write(buffer[:n])
		file.size += int64(n)
		if file.size <= maxSnapshot {
			file.content = append(file.content, buffer[:n]...)
		} else {
			file.content = nil
		}
		progress(file.size)
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return Measured{}, Classify(fault.Read, err)
		}
	}
	seen.Size = file.size
	return Measured{OpenFile: file, File: seen, Digest: sum.Digest()}, nil
}

// measuredFile is an open file whose size was determined by reading it.
type measuredFile struct {
	OpenFile
	reported int64  // the size that the system reported
	size     int64  // bytes
	content  []byte // all of it; nil if it is too large
}

func (m *measuredFile) ReadAt(p []byte, at int64) (int, error) {
	if int64(len(m.content)) == m.size {
		return bytes.NewReader(m.content).ReadAt(p, at)
	}
	return m.OpenFile.ReadAt(p, at)
}

// Stat returns what the system reports, with the size of the content as long as that is
// not reported.
func (m *measuredFile) Stat() (fs.FileInfo, error) {
	info, err := m.OpenFile.Stat()
	if err != nil || info.Size() != m.reported {
		return info, err
	}
	return measuredInfo{info, m.size}, nil
}

type measuredInfo struct {
	fs.FileInfo
	size int64
}

func (i measuredInfo) Size() int64 { return i.size }
