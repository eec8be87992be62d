package app

import (
	"context"
	"log/slog"
	"runtime/debug"
	"time"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// findFonts is [fonts.Find].
type findFonts func(chinese bool, toolkit func(fyne.TextStyle) fyne.Resource) (theme.CJK, error)

// cjkFonts finds the fonts of Chinese, Japanese and Korean characters when the window has such:
// texts in Chinese, or names of files and servers. It must be used on the UI goroutine.
type cjkFonts struct {
	bridge *bridge.Bridge
	search findFonts // nil to leave all fonts to the toolkit
	log    *slog.Logger
	apply  func() // sets the theme with the fonts

	shown    bool           // such a name was shown
	searched words.Language // for which fonts were searched last; "" for none
	fonts    theme.CJK      // what was found
}

// start finds the fonts now if the texts are Chinese, else when the first name is shown.
func (c *cjkFonts) start() {
	if c.search == nil {
		return
	}
	draw.OnCJK(func() {
		c.shown = true
		c.find()
	})
	c.find()
}

// find finds the fonts for the language of the texts, on another goroutine.
func (c *cjkFonts) find() {
	language := words.Loaded()
	chinese := language == words.Chinese
	if c.search == nil || !chinese && !c.shown || language == c.searched {
		return
	}
	c.searched = language
	c.bridge.Run(func(context.Context) {
		found, err := c.search(chinese, fynetheme.DefaultTheme().Font)
		if err != nil {
			c.log.Warn("fonts not found", "err", err)
		}
		c.bridge.Post(func() {
			if language == words.Loaded() {
				c.fonts = found
				c.apply()
				c.bridge.Run(freeCopies)
			}
		})
	})
}

// copiesDelay is how long after a change of the fonts the toolkit has surely read them.
const copiesDelay = 5 * time.Second

// freeCopies returns the memory of the copies that were made of the fonts, some 20 MB each.
func freeCopies(ctx context.Context) {
	select {
	case <-time.After(copiesDelay):
		debug.FreeOSMemory()
	case <-ctx.Done():
	}
}
