//go:build linux

package desktop

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
)

const blockSize = 1 << 20

// WriteFile creates a file of size random bytes, which depend on the seed only.
func WriteFile(path string, size int64, seed byte) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	_, err = io.CopyBuffer(file, io.LimitReader(rand.NewChaCha8([32]byte{seed}), size), make([]byte, blockSize))
	return err
}

// SameBytes compares two files byte by byte and returns an error if they differ.
func SameBytes(wantPath, gotPath string) error {
	want, err := os.Open(wantPath)
	if err != nil {
		return err
	}
	defer want.Close()
	got, err := os.Open(gotPath)
	if err != nil {
		return err
	}
	defer got.Close()
	return sameBytes(want, got)
}

func sameBytes(want, got io.Reader) error {
	a, b := make([]byte, blockSize), make([]byte, blockSize)
	for at := int64(0); ; {
		n, errA := io.ReadFull(want, a)
		m, errB := io.ReadFull(got, b)
		if !bytes.Equal(a[:n], b[:m]) {
			return fmt.Errorf("files differ in the block at %d (%d and %d bytes read)", at, n, m)
		}
		if isEOF(errA) && isEOF(errB) {
			return nil
		}
		if err := errors.Join(errA, errB); err != nil {
			return fmt.Errorf("compare at %d: %w", at, err)
		}
		at += int64(n)
	}
}

func isEOF(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
