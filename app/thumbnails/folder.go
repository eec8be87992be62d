package thumbnails

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader/privatefile"
)

const (
	// maxFolder is the number of bytes that the folder may have. The oldest thumbnails beyond
	// it are removed.
	maxFolder = 64 << 20
	// maxSaved is the number of bytes that one saved thumbnail can have.
	maxSaved = 1 << 20
)

// folder keeps thumbnails as PNG files whose names tell nothing. It is opened when it is used
// first. If it cannot be used, it is empty.
type folder struct {
	path  string
	limit int64
	log   *slog.Logger

	tried bool
	dir   *privatefile.Dir // nil if it cannot be used
	files []saved          // the oldest first
	bytes int64
}

// saved is a file of the folder.
type saved struct {
	name  string
	bytes int64
	at    time.Time
}

// Remove removes the folder of thumbnails.
func Remove(path string) error {
	if err := os.RemoveAll(path); err != nil {
		return fmt.Errorf("remove thumbnails: %w", err)
	}
	return nil
}

// name returns the name of the file of a thumbnail.
func (k key) name() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d\x00%d\x00%d", k.path, k.size, k.modTime, k.side))
	return hex.EncodeToString(sum[:16]) + ".png"
}

func (f *folder) open() bool {
	if f.tried {
		return f.dir != nil
	}
	f.tried = true
	dir, err := privatefile.Open(f.path)
	if err != nil {
		f.log.Warn("folder of thumbnails not used", "err", err)
		return false
	}
	f.dir = dir
	entries, err := fs.ReadDir(dir.Root().FS(), ".")
	if err != nil {
		f.log.Warn("folder of thumbnails not read", "err", err)
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			f.files = append(f.files, saved{entry.Name(), info.Size(), info.ModTime()})
			f.bytes += info.Size()
		}
	}
	slices.SortFunc(f.files, func(a, b saved) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.name, b.name)) })
	return true
}

func (f *folder) close() {
	if f.dir != nil {
		_ = f.dir.Close()
	}
}

// read returns a saved thumbnail; nil for none.
func (f *folder) read(k key) *image.RGBA {
	if !f.open() {
		return nil
	}
	data, err := f.dir.ReadFile(k.name(), maxSaved)
	if err != nil {
		return nil
	}
	if config, err := png.DecodeConfig(bytes.NewReader(data)); err != nil || config.Width > k.side || config.Height > k.side {
		return nil
	}
	decoded, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	picture := image.NewRGBA(image.Rectangle{Max: decoded.Bounds().Size()})
	draw.Draw(picture, picture.Bounds(), decoded, decoded.Bounds().Min, draw.Src)
	return picture
}

// write saves a thumbnail.
func (f *folder) write(k key, picture *image.RGBA) {
	if !f.open() {
		return
	}
	var data bytes.Buffer
	err := png.Encode(&data, picture)
	if err == nil {
		err = f.dir.WriteFile(k.name(), data.Bytes())
	}
	if err != nil {
		f.log.Debug("thumbnail not saved", "err", err)
		return
	}
	f.files = append(f.files, saved{name: k.name(), bytes: int64(data.Len())})
	f.bytes += int64(data.Len())
	f.trim()
}

// trim removes the oldest thumbnails beyond the limit, and some more, so that not every new
// one removes another.
func (f *folder) trim() {
	if f.bytes <= f.limit {
		return
	}
	for len(f.files) > 1 && f.bytes > f.limit*3/4 {
		_ = f.dir.Root().Remove(f.files[0].name)
		f.bytes -= f.files[0].bytes
		f.files = f.files[1:]
	}
}
