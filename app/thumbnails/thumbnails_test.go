package thumbnails

import (
	"context"
	"fmt"
	"image"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/uploader/source"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fixture is a maker whose Run ends with the test.
type fixture struct {
	*Maker
	t      *testing.T
	ready  chan struct{}
	cancel context.CancelFunc
	ended  chan struct{}
}

func start(t *testing.T, folder string, disk source.Disk) *fixture {
	t.Helper()
	f := &fixture{t: t, ready: make(chan struct{}, 1000), ended: make(chan struct{})}
	f.Maker = New(Config{Folder: folder, Log: slog.New(slog.DiscardHandler), Ready: func() { f.ready <- struct{}{} }, disk: disk})
	ctx, cancel := context.WithCancel(t.Context())
	f.cancel = cancel
	go func() {
		defer close(f.ended)
		f.Run(ctx)
	}()
	t.Cleanup(f.stop)
	return f
}

func (f *fixture) stop() {
	f.cancel()
	<-f.ended
}

// picture waits for the thumbnail of a file.
func (f *fixture) picture(file source.File) image.Image {
	f.t.Helper()
	for {
		if picture := f.Get(file, 96); picture != nil {
			return picture
		}
		<-f.ready
	}
}

// createImage creates an image file, and returns it as a scan would have found it.
func createImage(t *testing.T, name string) source.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, encodePNG(t, quarters(200, 200)), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := source.Disk{}.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestThumbnailIsMadeOnce(t *testing.T) {
	folder, file := filepath.Join(t.TempDir(), "thumbnails"), createImage(t, "a.png")
	f := start(t, folder, source.Disk{})
	if got := f.picture(file); got.Bounds().Dx() != 96 {
		t.Errorf("thumbnail of %v", got.Bounds())
	}
	f.stop()
	if saved, err := os.ReadDir(folder); err != nil || len(saved) != 1 || strings.Contains(saved[0].Name(), "a") && strings.HasPrefix(saved[0].Name(), "a.png") {
		t.Errorf("the folder has %v, %v", saved, err)
	}
	if err := os.Remove(file.Path); err != nil {
		t.Fatal(err)
	}
	again := start(t, folder, source.Disk{})
	again.picture(file) // from the folder
	again.stop()
	if err := Remove(folder); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
}

// TestNoThumbnail wants thumbnails of files that have none, and then one that exists.
func TestNoThumbnail(t *testing.T) {
	changed := createImage(t, "changed.png")
	changed.Size++
	missing := createImage(t, "missing.png")
	if err := os.Remove(missing.Path); err != nil {
		t.Fatal(err)
	}
	text := createImage(t, "text.png")
	if err := os.WriteFile(text.Path, []byte("no image"), 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := source.Disk{}.Stat(text.Path)
	if err != nil {
		t.Fatal(err)
	}
	f := start(t, filepath.Join(t.TempDir(), "thumbnails"), source.Disk{})
	good := createImage(t, "good.png")
	f.Get(good, 96) // is made last
	for _, file := range []source.File{changed, missing, text} {
		f.Get(file, 96)
	}
	f.Get(createImage(t, "film.mov"), 96)
	f.picture(good)
	for _, file := range []source.File{changed, missing, text} {
		if f.Get(file, 96) != nil {
			t.Errorf("%s has a thumbnail", filepath.Base(file.Path))
		}
	}
}

// hangingDrive is a file system in which opening one file never returns.
type hangingDrive struct {
	source.OS
	path  string
	hang  chan struct{}
	opens atomic.Int32
}

func (d *hangingDrive) Open(path string) (source.OpenFile, error) {
	if path == d.path {
		d.opens.Add(1)
		<-d.hang
	}
	return d.OS.Open(path)
}

// TestHangingDriveStopsOnlyItsFiles lets a drive hang. Files of other drives have thumbnails, other
// files of the drive are not opened, and once the drive responds its files have thumbnails.
func TestHangingDriveStopsOnlyItsFiles(t *testing.T) {
	first, second, other := createImage(t, "first.png"), createImage(t, "second.png"), createImage(t, "other.png")
	volume := func(f source.File) uint64 {
		if f.Path == other.Path {
			return 2
		}
		return 1
	}
	drive := &hangingDrive{path: first.Path}
	folder := filepath.Join(t.TempDir(), "thumbnails")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		m := New(Config{Folder: folder, Log: slog.New(slog.DiscardHandler), Ready: func() {}, disk: source.NewDisk(drive), volume: volume})
		drive.hang = make(chan struct{}) // of this bubble
		go m.Run(ctx)
		m.Get(first, 96)
		synctest.Wait()
		m.Get(other, 96)
		synctest.Wait()
		if m.Get(other, 96) != nil {
			t.Error("the other drive did not wait for the time limit")
		}
		time.Sleep(driveTimeout + time.Second)
		synctest.Wait()
		if m.Get(other, 96) == nil {
			t.Error("a file of another drive has no thumbnail")
		}
		m.Get(second, 96)
		m.Get(first, 96)
		synctest.Wait()
		if m.Get(second, 96) != nil || drive.opens.Load() != 1 {
			t.Errorf("the drive was used again: %d times", drive.opens.Load())
		}
		close(drive.hang)
		synctest.Wait()
		if m.Get(first, 96) == nil {
			t.Error("no thumbnail although the drive responds")
		}
		m.Get(second, 96)
		synctest.Wait()
		if m.Get(second, 96) == nil {
			t.Error("no thumbnail of the second file")
		}
		cancel()
		synctest.Wait()
	})
}

func TestOnlyTheLastRequestsAreKept(t *testing.T) {
	m := New(Config{Log: slog.New(slog.DiscardHandler)})
	for i := range 3 * maxWaiting {
		m.Get(source.File{Path: fmt.Sprintf("/%d.png", i)}, 96)
	}
	m.Get(source.File{Path: fmt.Sprintf("/%d.png", 2*maxWaiting+5)}, 96)
	if len(m.waiting) != maxWaiting {
		t.Errorf("%d requests wait", len(m.waiting))
	}
	if r, _ := m.next(); r.path != fmt.Sprintf("/%d.png", 2*maxWaiting+5) {
		t.Errorf("next is %s", r.path)
	}
	if r, _ := m.next(); r.path != fmt.Sprintf("/%d.png", 3*maxWaiting-1) {
		t.Errorf("then %s", r.path)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	const pictures = 100
	picture := func() *image.RGBA { return image.NewRGBA(image.Rect(0, 0, 96, 96)) }
	m := memory{limit: 10 * (len(picture().Pix) + entryBytes)}
	name := func(i int) key { return key{path: fmt.Sprint(i)} }
	for i := range pictures {
		m.add(name(i), picture())
		m.get(name(0))
	}
	if m.bytes > m.limit || m.used.Len() != 10 || len(m.entries) != 10 {
		t.Errorf("%d bytes in %d entries, limit %d", m.bytes, m.used.Len(), m.limit)
	}
	if _, known := m.get(name(0)); !known {
		t.Error("the one that was used last is gone")
	}
	if _, known := m.get(name(pictures - 20)); known {
		t.Error("one that was not used is kept")
	}
}

func TestFolderIsBounded(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	f := &folder{path: filepath.Join(t.TempDir(), "thumbnails"), limit: 5_000, log: log}
	picture := quarters(32, 32)
	for i := range 200 {
		f.write(key{path: fmt.Sprint(i), side: 96}, picture)
	}
	if f.read(key{path: "199", side: 96}) == nil || f.read(key{path: "0", side: 96}) != nil {
		t.Error("the last one is gone, or the first one is still there")
	}
	f.close()
	entries, err := os.ReadDir(f.path)
	if err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			t.Fatal(err)
		}
		total += info.Size()
	}
	if total > f.limit {
		t.Errorf("%d bytes in the folder, limit %d", total, f.limit)
	}
	again := &folder{path: f.path, limit: f.limit, log: log}
	defer again.close()
	if !again.open() || again.bytes != total {
		t.Errorf("opened again it has %d bytes, want %d", again.bytes, total)
	}
}

// TestDamagedThumbnailIsMadeAgain puts something else in place of a saved thumbnail.
func TestDamagedThumbnailIsMadeAgain(t *testing.T) {
	for name, content := range map[string][]byte{
		"no image":       []byte("no image"),
		"another size":   encodePNG(t, quarters(300, 300)),
		"cut off":        encodePNG(t, quarters(90, 90))[:60],
		"nothing at all": nil,
	} {
		t.Run(name, func(t *testing.T) {
			folder, file := filepath.Join(t.TempDir(), "thumbnails"), createImage(t, "a.png")
			f := start(t, folder, source.Disk{})
			f.picture(file)
			f.stop()
			saved, err := os.ReadDir(folder)
			if err != nil || len(saved) != 1 {
				t.Fatal(saved, err)
			}
			if err := os.WriteFile(filepath.Join(folder, saved[0].Name()), content, 0o600); err != nil {
				t.Fatal(err)
			}
			again := start(t, folder, source.Disk{})
			if got := again.picture(file); got.Bounds().Dx() != 96 {
				t.Errorf("thumbnail of %v", got.Bounds())
			}
		})
	}
}
