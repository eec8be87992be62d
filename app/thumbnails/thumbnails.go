// Package thumbnails makes small pictures of image files for the rows of the list.
//
// A [Maker] makes one thumbnail at a time, in the background, and keeps those that were
// used last in memory and in a folder, both within a limit. A picture is made only of a
// regular file that is still the one that was added. Files that would need much memory, and
// files of a drive that does not respond, have none.
//
// The decoders are those of the standard library and of golang.org/x/image.
package thumbnails

import (
	"context"
	"image"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ferryapp/ferry/uploader/source"
)

const (
	// maxWaiting is the number of thumbnails that can wait to be made: more than a window
	// has rows. Those that were wanted first are dropped.
	maxWaiting = 64
	// maxMemory is the number of bytes that thumbnails have in memory.
	maxMemory = 16 << 20
	// driveTimeout is how long making a thumbnail may take. Then its drive counts as not
	// responding until it has ended.
	driveTimeout = 10 * time.Second
)

// Config configures a [Maker].
type Config struct {
	Folder string // for thumbnails; it is created when the first one is saved
	Log    *slog.Logger
	Ready  func() // called on the goroutine of Run when Get returns something new

	disk   source.Disk                // the files
	volume func(f source.File) uint64 // identifies the drive of a file
}

// Maker makes thumbnails. Its methods may be called from any goroutine.
type Maker struct {
	config Config
	wake   chan struct{} // capacity 1

	mu      sync.Mutex
	made    memory
	waiting []request // the one that was wanted last is made next
}

// key identifies a thumbnail. A file that changes has another one.
type key struct {
	path    string
	size    int64
	modTime int64 // in nanoseconds
	side    int
}

// request is a thumbnail that is wanted.
type request struct {
	key
	file source.File
}

// New returns a maker that makes nothing before Run.
func New(config Config) *Maker {
	if config.volume == nil {
		config.volume = func(f source.File) uint64 { return f.Identity.Volume }
	}
	return &Maker{config: config, wake: make(chan struct{}, 1), made: memory{limit: maxMemory}}
}

// Supported reports whether files with the extension of a name can have a thumbnail.
func Supported(name string) bool {
	return slices.Contains([]string{".png", ".jpg", ".jpeg", ".gif", ".webp"}, strings.ToLower(filepath.Ext(name)))
}

// Get returns the thumbnail of a file, a square of at most side pixels; nil if there is none
// yet. Then it is made, unless too many others are wanted afterwards. Get does not block.
func (m *Maker) Get(file source.File, side int) image.Image {
	if !Supported(file.Path) {
		return nil
	}
	k := key{path: file.Path, size: file.Size, modTime: file.ModTime.UnixNano(), side: side}
	m.mu.Lock()
	defer m.mu.Unlock()
	if picture, known := m.made.get(k); known {
		if picture == nil {
			return nil
		}
		return picture
	}
	m.waiting = slices.DeleteFunc(m.waiting, func(r request) bool { return r.key == k })
	m.waiting = append(m.waiting, request{key: k, file: file})
	if surplus := len(m.waiting) - maxWaiting; surplus > 0 {
		m.waiting = slices.Delete(m.waiting, 0, surplus)
	}
	select {
	case m.wake <- struct{}{}:
	default:
	}
	return nil
}

// Run makes thumbnails until ctx ends. It does not wait for a drive that does not respond.
func (m *Maker) Run(ctx context.Context) {
	w := worker{maker: m, cache: &folder{path: m.config.Folder, limit: maxFolder, log: m.config.Log}, hanging: map[uint64]int{}, results: make(chan result)}
	defer w.cache.close()
	for {
		r, ok := m.next()
		if !ok {
			select {
			case <-m.wake:
				continue
			case late := <-w.results:
				w.ended(late)
				continue
			case <-ctx.Done():
				return
			}
		}
		w.make(ctx, r)
		if ctx.Err() != nil {
			return
		}
	}
}

// next returns the request that was made last, and removes it.
func (m *Maker) next() (request, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.waiting) == 0 {
		return request{}, false
	}
	last := m.waiting[len(m.waiting)-1]
	m.waiting = m.waiting[:len(m.waiting)-1]
	return last, true
}

// keep keeps a thumbnail; nil for a file that has none.
func (m *Maker) keep(k key, picture *image.RGBA) {
	m.mu.Lock()
	m.made.add(k, picture)
	m.mu.Unlock()
	if picture != nil {
		m.config.Ready()
	}
}
