package source

import (
	"context"
	"crypto/sha256"
	"io"

	"github.com/ferryapp/ferry/uploader/fault"
)

const (
	maxUnsampled = 1 << 20  // bytes; a file up to this size is read as a whole
	sampleSize   = 64 << 10 // bytes
	sampleCount  = 16       // at equal distances, including the start and the end of the file
)

// sampleSum returns the SHA-256 of the file's content or, if it is large, of samples of
// it. It reads at most 1 MiB.
func sampleSum(ctx context.Context, disk Disk, file File) ([]byte, error) {
	opened, now, err := disk.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = opened.Close() }()
	if now.Size != file.Size {
		return nil, fault.Newf(fault.SourceChanged, fault.Read, "file has %d bytes, had %d", now.Size, file.Size)
	}
	sum := sha256.New()
	if file.Size == 0 {
		return sumUnmeasured(opened)
	}
	for offset, length := range sampleRanges(file.Size) {
		if err := WriteSection(ctx, sum, opened, offset, offset+length); err != nil {
			return nil, EndsEarly(opened, now, err)
		}
	}
	return sum.Sum(nil), nil
}

// sumUnmeasured returns the SHA-256 of what can be read of a file of size 0, which may have
// content (see [Understates]): of its first bytes, like a sample.
func sumUnmeasured(opened io.ReaderAt) ([]byte, error) {
	sum := sha256.New()
	_, err := io.Copy(sum, io.NewSectionReader(opened, 0, maxUnsampled))
	return sum.Sum(nil), Classify(fault.Read, err)
}

// sampleRanges yields the offset and length of each sample of a file of that size.
func sampleRanges(size int64) func(yield func(offset, length int64) bool) {
	return func(yield func(offset, length int64) bool) {
		if size <= maxUnsampled {
			yield(0, size)
			return
		}
		last := size - sampleSize
		for i := range int64(sampleCount) {
			// Dividing first avoids overflow.
			offset := last/(sampleCount-1)*i + last%(sampleCount-1)*i/(sampleCount-1)
			if !yield(offset, sampleSize) {
				return
			}
		}
	}
}
