package source

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"

	"github.com/ferryapp/ferry/uploader/fault"
)

const (
	sampleWhole  = 1 << 20  // a file up to this size is read wholly
	sampleBlock  = 64 << 10 // bytes of one sample of a larger one
	sampleBlocks = 16       // the first, the last, and as many between at equal distances
)

// sample returns the SHA-256 of the file's content, or of samples of it when it
// is large: at most 1 MiB is read.
func sample(ctx context.Context, disk Disk, file File) ([]byte, error) {
	opened, now, err := disk.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = opened.Close() }()
	if now.Size != file.Size {
		return nil, fault.Newf(fault.SourceChanged, fault.Read, "%d bytes long, was %d", now.Size, file.Size)
	}
	sum := sha256.New()
	for offset, length := range spans(file.Size) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := copySpan(sum, opened, offset, length); err != nil {
			return nil, err
		}
	}
	return sum.Sum(nil), nil
}

func copySpan(to io.Writer, from io.ReaderAt, offset, length int64) error {
	_, err := io.CopyN(to, io.NewSectionReader(from, offset, length), length)
	if errors.Is(err, io.EOF) {
		return fault.Newf(fault.SourceChanged, fault.Read, "ended before byte %d", offset+length)
	}
	return Classify(fault.Read, err)
}

// spans yields the offset and length of every stretch to read of a file of that
// size.
func spans(size int64) func(yield func(offset, length int64) bool) {
	return func(yield func(offset, length int64) bool) {
		if size <= sampleWhole {
			yield(0, size)
			return
		}
		last := size - sampleBlock
		for i := range int64(sampleBlocks) {
			// Dividing first keeps the product within range for any file size.
			offset := last/(sampleBlocks-1)*i + last%(sampleBlocks-1)*i/(sampleBlocks-1)
			if !yield(offset, sampleBlock) {
				return
			}
		}
	}
}
