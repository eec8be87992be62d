package db

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// The parts of the first 100 bytes of a file of SQLite's that say whose it is
// (https://www.sqlite.org/fileformat.html, 1.3).
const (
	headerSize        = 100
	headerMagic       = "SQLite format 3\x00"
	headerVersion     = 60 // user_version
	headerApplication = 68 // application_id
)

// inspect reads whose file stands at path, and touches nothing. A missing or
// empty one is fs.ErrNotExist: SQLite leaves an empty file when it is stopped
// before its first commit.
func inspect(path string, newest int) error {
	header, err := readHeader(path)
	if err != nil {
		return err
	}
	if len(header) == 0 {
		return fs.ErrNotExist
	}
	if len(header) < headerSize || !strings.HasPrefix(string(header), headerMagic) {
		return fmt.Errorf("%w: %s", ErrNotFerry, path)
	}
	if id := binary.BigEndian.Uint32(header[headerApplication:]); id != applicationID {
		return fmt.Errorf("%w: %s has application_id %#x", ErrNotFerry, path, id)
	}
	return checkNewer(int(binary.BigEndian.Uint32(header[headerVersion:])), newest)
}

// versionOf reads the schema version of a file that is ours.
func versionOf(path string) (int, error) {
	header, err := readHeader(path)
	if err != nil {
		return 0, err
	}
	if len(header) < headerSize {
		return 0, fmt.Errorf("%w: %s", ErrNotFerry, path)
	}
	return int(binary.BigEndian.Uint32(header[headerVersion:])), nil
}

func checkNewer(version, newest int) error {
	if version > newest {
		return fmt.Errorf("%w: schema version %d, known up to %d", ErrNewer, version, newest)
	}
	return nil
}

// readHeader returns up to the first 100 bytes.
func readHeader(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read database header: %w", err)
	}
	if !info.Mode().IsRegular() { // opening a pipe would wait for its other end
		return nil, fmt.Errorf("%w: %s is not a regular file", ErrNotFerry, path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read database header: %w", err)
	}
	defer file.Close()
	header := make([]byte, headerSize)
	n, err := io.ReadFull(file, header)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("read database header: %w", err)
	}
	return header[:n], nil
}
