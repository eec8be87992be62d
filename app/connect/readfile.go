package connect

import (
	"fmt"
	"io"
	"os"
)

// ReadFile reads a regular file of at most maxSize bytes. Paths of a restored backup may
// name anything, such as a device that never ends.
func ReadFile(path string, maxSize int64) ([]byte, error) {
	info, err := os.Stat(path) // before it is opened, which blocks for a named pipe
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	if err != nil {
		return nil, err
	}
	if int64(len(content)) > maxSize {
		return nil, fmt.Errorf("%s has more than %d bytes", path, maxSize)
	}
	return content, nil
}
