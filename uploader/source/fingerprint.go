package source

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
)

// Strategy computes the fingerprint of a file for one destination: the key by which an
// earlier upload of the same file is found. destination is the server's permanent name,
// its creation URL or "this-computer".
type Strategy func(ctx context.Context, disk Disk, file File, destination string) (string, error)

// ParseStrategy returns the strategy with that name: "metadata", "path" or "content".
func ParseStrategy(name string) (Strategy, error) {
	switch name {
	case "metadata":
		return Metadata, nil
	case "path":
		return Path, nil
	case "content":
		return Content, nil
	default:
		return nil, fmt.Errorf("unknown fingerprint strategy %q", name)
	}
}

// Metadata distinguishes files by name, size and modification time, so that a file moved
// to another folder is still found. It never fails.
func Metadata(_ context.Context, _ Disk, file File, destination string) (string, error) {
	return keyOf("m1", append(metadataFields(file), destination)), nil
}

// Path is [Metadata] with the whole path, for users with many files of the same name. It
// never fails.
func Path(_ context.Context, _ Disk, file File, destination string) (string, error) {
	return keyOf("p1", append(metadataFields(file), file.Path, destination)), nil
}

// Content distinguishes files by size and samples of their bytes, so that a renamed,
// copied or touched file is still found. It fails like [Disk.Open], with SourceChanged if
// the file's size changed, or with the context's error.
func Content(ctx context.Context, disk Disk, file File, destination string) (string, error) {
	sum, err := sampleSum(ctx, disk, file)
	if err != nil {
		return "", err
	}
	return keyOf("c1", []string{strconv.FormatInt(file.Size, 10), string(sum), destination}), nil
}

func metadataFields(file File) []string {
	return []string{
		file.Name(),
		strconv.FormatInt(file.Size, 10),
		strconv.FormatInt(file.ModTime.Unix(), 10),
		strconv.Itoa(file.ModTime.Nanosecond()),
	}
}

// keyOf returns a short key of fields. Each field is preceded by its length, so that
// different lists are different bytes. version identifies the strategy, so that keys of
// different strategies are never equal.
func keyOf(version string, fields []string) string {
	var data []byte
	for _, field := range fields {
		data = binary.AppendUvarint(data, uint64(len(field)))
		data = append(data, field...)
	}
	sum := sha256.Sum256(data)
	return version + ":" + base64.RawURLEncoding.EncodeToString(sum[:])
}
