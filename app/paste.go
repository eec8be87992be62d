package app

import (
	"context"
	"errors"
	"time"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
)

// pastePatience is how long the program that has the clipboard may take to hand
// it over.
const pastePatience = 5 * time.Second

// paste adds the files on the clipboard.
func (f *ferry) paste() {
	f.errands.run(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, pastePatience)
		defer cancel()
		text, err := f.system.copied(ctx)
		f.errands.post(func() {
			switch {
			case errors.Is(err, platform.ErrNoClipboard):
				f.pasteText(f.toolkit.Clipboard().Content())
			case err != nil:
				f.config.Log.Warn("clipboard not read", "error", err)
				f.window.warn(words.Say("paste.failed"))
			default:
				f.pasteText(text)
			}
		})
	})
}

func (f *ferry) pasteText(text string) {
	paths, refused := platform.ParseCopied(text)
	if len(paths) == 0 {
		f.window.warn(words.Say("paste.nothing"))
		return
	}
	f.add(paths, refused)
}
