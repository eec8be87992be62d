package app

import (
	"context"
	"image"
	"log/slog"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/thumbnails"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/widgets/theme"
)

// The sides of thumbnails in pixels: on usual screens, and where the tile of a row is larger.
const (
	thumbnailSide      = 96
	largeThumbnailSide = 192
)

// thumbnailMaker has the thumbnails of the rows made while the settings ask for them. It must
// be used on the UI goroutine.
type thumbnailMaker struct {
	bridge *bridge.Bridge
	folder string // for thumbnails; "" if none are made
	log    *slog.Logger
	window *window

	known bool              // set was called
	maker *thumbnails.Maker // nil while they are off
	stop  context.CancelFunc
	ended chan struct{} // closed when the maker before has ended
}

// set turns thumbnails on or off. What was saved of them is removed when they are off.
func (m *thumbnailMaker) set(on bool) {
	if m.folder == "" || m.known && on == (m.maker != nil) {
		return
	}
	before := m.ended
	m.known, m.ended = true, make(chan struct{})
	ended := m.ended
	if !on {
		if m.maker != nil {
			m.stop()
			m.maker = nil
		}
		m.bridge.Run(func(ctx context.Context) {
			defer close(ended)
			if await(ctx, before) {
				m.remove()
			}
		})
		m.bridge.Refresh()
		return
	}
	running, stop := context.WithCancel(context.Background())
	maker := thumbnails.New(thumbnails.Config{Folder: m.folder, Log: m.log, Ready: func() { m.bridge.Post(m.draw) }})
	m.maker, m.stop = maker, stop
	m.bridge.Run(func(ctx context.Context) {
		defer close(ended)
		defer stop()
		defer context.AfterFunc(ctx, stop)()
		if await(ctx, before) {
			maker.Run(running)
		}
	})
}

// await waits until a channel is closed, which may be nil for one that is; false if ctx ends.
func await(ctx context.Context, closed <-chan struct{}) bool {
	if closed == nil {
		return true
	}
	select {
	case <-closed:
		return true
	case <-ctx.Done():
		return false
	}
}

// remove removes what was saved. It blocks.
func (m *thumbnailMaker) remove() {
	if err := thumbnails.Remove(m.folder); err != nil {
		m.log.Warn("thumbnails not removed", "err", err)
	}
}

// get returns the thumbnail of a file; nil if there is none yet.
func (m *thumbnailMaker) get(file source.File) image.Image {
	if m.maker == nil {
		return nil
	}
	side := thumbnailSide
	if theme.Size(theme.SizeTile)*m.window.window.Canvas().Scale() > thumbnailSide {
		side = largeThumbnailSide
	}
	return m.maker.Get(file, side)
}

// draw draws the rows with the thumbnails that are ready.
func (m *thumbnailMaker) draw() {
	if m.window.visible {
		m.window.list.Rows.Refresh()
	}
}
