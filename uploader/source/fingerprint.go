package source

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
)

// Strategy derives the fingerprint of a file on disk for one destination: the key
// by which an earlier upload of the same file is found again. destination is the
// server's stable name (its creation URL, or "this-computer").
type Strategy func(ctx context.Context, disk Disk, file File, destination string) (string, error)

// ParseStrategy returns the strategy of that name: "metadata", "path" or
// "content".
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

// Metadata tells files apart by name, size and modification time, so that a file
// moved elsewhere is still found. The media type, a function of the name and of
// what is installed, would add nothing but surprises. It never fails.
func Metadata(_ context.Context, _ Disk, file File, destination string) (string, error) {
	return digest("m1", append(traits(file), destination)), nil
}

// Path is Metadata with the whole path added, for people with many files of the
// same name. It never fails.
func Path(_ context.Context, _ Disk, file File, destination string) (string, error) {
	return digest("p1", append(traits(file), file.Path, destination)), nil
}

// Content tells files apart by size and samples of their bytes, so that it
// survives renaming, copying and touching. It fails as Open does, with
// SourceChanged when the file has another size by now, and with ctx's error.
func Content(ctx context.Context, disk Disk, file File, destination string) (string, error) {
	sum, err := sample(ctx, disk, file)
	if err != nil {
		return "", err
	}
	return digest("c1", []string{strconv.FormatInt(file.Size, 10), string(sum), destination}), nil
}

func traits(file File) []string {
	return []string{
		file.Name(),
		strconv.FormatInt(file.Size, 10),
		strconv.FormatInt(file.ModTime.Unix(), 10),
		strconv.Itoa(file.ModTime.Nanosecond()),
	}
}

// digest makes one short key of fields. Each is preceded by its length, so that
// no two lists of fields run together into the same bytes. The version names the
// recipe: fingerprints of different recipes never meet.
func digest(version string, fields []string) string {
	var all []byte
	for _, field := range fields {
		all = binary.AppendUvarint(all, uint64(len(field)))
		all = append(all, field...)
	}
	sum := sha256.Sum256(all)
	return version + ":" + base64.RawURLEncoding.EncodeToString(sum[:])
}
