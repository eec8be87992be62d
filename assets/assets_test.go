package assets_test

import (
	"bytes"
	"image/png"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/assets"
)

func TestIconsAreDistinctImages(t *testing.T) {
	icons := []struct {
		icon fyne.Resource
		side int
	}{
		{assets.Icon(), 512},
		{assets.TrayIdle(), 64},
		{assets.TrayActive(0), 64},
		{assets.TrayActive(3), 64},
		{assets.TrayActive(8), 64},
		{assets.TrayPaused(), 64},
		{assets.TrayAttention(), 64},
	}
	seen := map[string]string{}
	for _, i := range icons {
		t.Run(i.icon.Name(), func(t *testing.T) {
			picture, err := png.Decode(bytes.NewReader(i.icon.Content()))
			if err != nil {
				t.Fatal(err)
			}
			if size := picture.Bounds().Size(); size.X != i.side || size.Y != i.side {
				t.Errorf("size %v, want %d by %[2]d", size, i.side)
			}
			if other, ok := seen[string(i.icon.Content())]; ok {
				t.Errorf("same image as %s", other)
			}
			seen[string(i.icon.Content())] = i.icon.Name()
		})
	}
}

func TestHarbourIsSVG(t *testing.T) {
	if content := assets.Harbour().Content(); !bytes.HasPrefix(content, []byte("<svg ")) {
		t.Errorf("content starts with %.20q", content)
	}
}
