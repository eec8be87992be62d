package db

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/ferryapp/ferry/uploader/privatefile"
)

// Fields of the 100 byte header of a SQLite file
// (https://www.sqlite.org/fileformat.html, section 1.3).
const (
	headerSize          = 100
	headerMagic         = "SQLite format 3\x00"
	offsetUserVersion   = 60
	offsetApplicationID = 68
)

// checkHeader fails if the file at path is not a Ferry database with a schema
// version up to newest. It only reads. A missing or empty file is fs.ErrNotExist:
// SQLite leaves an empty file when it is stopped before its first commit.
func checkHeader(path string, newest int) error {
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
	if id := binary.BigEndian.Uint32(header[offsetApplicationID:]); id != applicationID {
		return fmt.Errorf("%w: %s has application_id %#x", ErrNotFerry, path, id)
	}
	return checkVersion(int(binary.BigEndian.Uint32(header[offsetUserVersion:])), newest)
}

// headerVersion returns the schema version in the header of a Ferry database.
func headerVersion(path string) (int, error) {
	header, err := readHeader(path)
	if err != nil {
		return 0, err
	}
	if len(header) < headerSize {
		return 0, fmt.Errorf("%w: %s", ErrNotFerry, path)
	}
	return int(binary.BigEndian.Uint32(header[offsetUserVersion:])), nil
}

func checkVersion(version, newest int) error {
	if version < 0 {
		return fmt.Errorf("%w: schema version %d", ErrAltered, version)
	}
	if version > newest {
		return fmt.Errorf("%w: schema version %d, supported up to %d", ErrNewer, version, newest)
	}
	return nil
}

// readHeader returns up to the first 100 bytes.
func readHeader(path string) ([]byte, error) {
	file, err := privatefile.OpenFile(path, os.O_RDONLY, 0)
	if refused, ok := errors.AsType[*privatefile.Error](err); ok && refused.Problem == privatefile.NotFile {
		return nil, fmt.Errorf("%w: %w", ErrNotFerry, err)
	}
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
