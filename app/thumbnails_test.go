package app

import (
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
)

// TestThumbnails turns thumbnails on and off. They are off by default, and nothing is left of them
// when they are off.
func TestThumbnails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "picture.png")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(file, image.NewRGBA(image.Rect(0, 0, 300, 200))); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	seen, err := source.Disk{}.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "thumbnails")
	if err := os.Mkdir(folder, 0o700); err != nil { // as after a crash
		t.Fatal(err)
	}
	picture := apptest.Transfer(1, func(t *uploader.Transfer) { t.Source = seen })
	s := startWindow(t, apptest.NewEngine(picture, apptest.Transfer(2)), func(c *Config, _ *fakeDesktop) { c.Data.Thumbnails = folder })
	gone := func() bool { _, err := os.Stat(folder); return os.IsNotExist(err) }
	thumbnail := func(i int) image.Image { return s.window.list.Row(i).Picture }
	turn := func(on bool) {
		s.config.Settings.Update(func(set *settings.Settings) { set.Appearance.Thumbnails = on })
	}

	s.until("an old folder is removed", gone)
	if thumbnail(0) != nil {
		t.Error("a thumbnail is shown by default")
	}
	turn(true)
	s.until("the thumbnail is shown", func() bool { return thumbnail(0) != nil })
	if thumbnail(1) != nil {
		t.Error("a film has a thumbnail")
	}
	s.config.Settings.Update(func(set *settings.Settings) { set.Appearance.Density = settings.DensityCompact })
	s.until("the list is compact", func() bool { return s.appearance.Density == settings.DensityCompact })
	if thumbnail(0) != nil {
		t.Error("a thumbnail is shown in the compact list")
	}
	s.config.Settings.Update(func(set *settings.Settings) { set.Appearance.Density = settings.DensityComfortable })
	turn(false)
	s.until("no thumbnail is shown", func() bool { return thumbnail(0) == nil })
	s.until("the folder is removed", gone)
	turn(true)
	s.until("the thumbnail is shown again", func() bool { return thumbnail(0) != nil })
}
