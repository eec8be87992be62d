//go:build linux && desktop

package desktop_test

import (
	"os"
	"slices"
	"testing"

	"github.com/ferryapp/ferry/app/desktop"
)

// Points of the window at its initial size.
const (
	decideX = 870 // the button Decide… of the banner

	uploadAgainX, uploadAgainY = 775, 209 // the button of the dialog for all files
)

// TestUploadAgainFilesThatWereUploaded drops two files a second time, and answers for both at
// once.
func TestUploadAgainFilesThatWereUploaded(t *testing.T) {
	for name, answer := range map[string]func(*testing.T, *desktop.Ferry){
		"by mouse": func(t *testing.T, ferry *desktop.Ferry) {
			must(t, ferry.Click(t.Context(), ferry.Window, uploadAgainX, uploadAgainY))
		},
		"by key": func(t *testing.T, ferry *desktop.Ferry) {
			must(t, ferry.Key(t.Context(), "Down", "Return"))
			waitDrawn(t, t.Context())
			picture(t, ferry, "menu")
			must(t, ferry.Key(t.Context(), "Down", "Return"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			ferry, ctx := launch(t)
			paths := []string{createFile(t, "film.mov", mebibyte), createFile(t, "interview.mov", mebibyte)}
			must(t, ferry.Drop(ctx, paths...))
			awaitDone(t, ctx, ferry, 2)
			must(t, ferry.Drop(ctx, paths...))
			_, err := ferry.AwaitRows(ctx, "two questions", func(rows []desktop.Row) bool { return len(rows) == 4 })
			must(t, err)
			waitDrawn(t, ctx)
			picture(t, ferry, "asked")
			must(t, ferry.Click(ctx, ferry.Window, decideX, bannerY))
			waitDrawn(t, ctx)
			picture(t, ferry, "dialog")
			answer(t, ferry)
			waitDrawn(t, ctx)
			picture(t, ferry, "answered")
			awaitDone(t, ctx, ferry, 4)
			received, err := os.ReadDir(ferry.ReceivedPath("."))
			must(t, err)
			var names []string
			for _, file := range received {
				if !file.IsDir() {
					names = append(names, file.Name())
				}
			}
			if want := []string{"film (2).mov", "film.mov", "interview (2).mov", "interview.mov"}; !slices.Equal(names, want) {
				t.Errorf("received %q, want %q", names, want)
			}
		})
	}
}
