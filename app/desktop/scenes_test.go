//go:build linux && desktop

package desktop_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// click clicks a point of the window. It must be inside the same control in every
// language.
func (c *capturer) click(x, y int) {
	c.t.Helper()
	must(c.t, c.Click(c.ctx, c.Window, x, y))
	must(c.t, c.MovePointer(c.ctx, 1, 1))
	c.waitDrawn()
}

// servers adds a server and tests its URL.
func (c *capturer) servers() {
	server := uploadtest.NewTusd(c.t)
	c.newProfileBuilder(nil).save(c.ctx, c.Profile(), c.setLook)
	c.open(960, 640)
	c.click(110, 22)
	c.capture("destinations")
	c.click(140, 146)
	must(c.t, c.Type(c.ctx, server.Endpoint))
	c.press("Tab", "Tab", "Tab", "Return") // Test
	c.waitFor(time.Second)
	c.capture("add-server")
}

// waiting is a list of waiting, paused and failed uploads.
func (c *capturer) waiting() {
	server := uploadtest.NewTusd(c.t)
	gateway := uploadtest.NewGateway(c.t, server.URL)
	gateway.Respond(100, http.MethodPost, uploadtest.Response{Status: http.StatusServiceUnavailable, Header: map[string]string{"Retry-After": "900"}})
	w := c.newProfileBuilder(map[uploader.ServerID]string{studio: gateway.URL + "/files/", archive: uploadtest.UnusedURL(c.t)})
	w.single(studio, "lecture-08.mp4", 1_900_000_000, nil)
	w.single(archive, "panorama.tif", 2_100_000_000, partiallySent(0.4))
	w.single(archive, "series.mov", 6_400_000_000, nil)
	w.single(studio, "notes.pdf", 4_000_000, func(t *uploader.Transfer) { t.Intent = uploader.IntentPause; partiallySent(0.6)(t) })
	w.single(studio, "archive-2025.tar", 41_000_000_000, w.failed(fault.Quota, 0.7))
	w.save(c.ctx, c.Profile(), c.setLook)
	c.open(960, 640)
	c.waitFor(9 * time.Second) // until the retries are far enough apart
	c.capture("waiting")
}

// done is a list of finished uploads with a folder of many files, and actions on
// several rows.
func (c *capturer) done() {
	w := c.newProfileBuilder(map[uploader.ServerID]string{studio: "http://127.0.0.1:9/files/"})
	w.single(studio, "interview-final.mov", 6_400_000_000, w.done)
	raws := w.batch(studio, "Iceland raws")
	for i := range 1000 {
		w.file(raws, fmt.Sprintf("Iceland raws/day %d/IMG_%04d.CR3", 1+i/250, 2000+i), 51_000_000, w.done)
	}
	w.single(studio, "invoice.pdf", 84_000, w.done)
	w.save(c.ctx, c.Profile(), c.setLook)
	c.open(960, 640)
	c.capture("done")
	c.press("Home", "Down", "Right", "Down", "shift+Down", "shift+Down")
	c.capture("selection")
	c.press("Menu")
	c.capture("context-menu")
	c.press("Escape", "Delete")
	c.capture("undo")
}

// adding drops a folder of many files, which is scanned after a confirmation.
func (c *capturer) adding() {
	c.newProfileBuilder(nil).save(c.ctx, c.Profile(), c.setLook)
	folder := filepath.Join(c.t.TempDir(), "Measurements")
	for i := range 60_000 {
		dir := filepath.Join(folder, fmt.Sprintf("run %02d", i/1000))
		if i%1000 == 0 {
			must(c.t, os.MkdirAll(dir, 0o755))
		}
		must(c.t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("sample %05d.csv", i)), []byte("0\n"), 0o600))
	}
	c.open(960, 640)
	must(c.t, c.Drop(c.ctx, folder))
	c.waitFor(2 * time.Second)
	c.capture("large-drop")
	must(c.t, c.Key(c.ctx, "Return"))
	c.capture("counting")
}

// openFerry is the label of the tray menu entry that opens the window.
var openFerry = map[words.Language]string{words.English: "Open Ferry", words.Chinese: "打开 Ferry"}

// resumePrompt is a start at login after an interruption, with notification and tray.
func (c *capturer) resumePrompt() {
	c.interrupted()
	must(c.t, c.MovePointer(c.ctx, 1, 1))
	must(c.t, c.StartHidden(c.ctx, openFerry[c.look.Language]))
	c.waitFor(3 * time.Second)
	c.captureTray("tray-prompt")
	must(c.t, c.OpenTrayMenu(c.ctx))
	c.captureTray("tray-menu")
}

// withoutTray closes the window where there is no tray.
func (c *capturer) withoutTray() {
	server := uploadtest.NewTusd(c.t)
	proxy := uploadtest.NewProxy(c.t, server.Endpoint)
	proxy.Throttle(4 << 20)
	w := c.newProfileBuilder(map[uploader.ServerID]string{studio: proxy.URL(server.Endpoint)})
	w.single(studio, "interview-final.mov", 6_400_000_000, nil)
	w.save(c.ctx, c.Profile(), c.setLook)
	c.KillPanel()
	c.open(960, 640)
	c.waitFor(6 * time.Second)
	must(c.t, c.CloseWindow(c.ctx, c.Window))
	c.capture("no-tray")
}

// scaled is a list and the settings at interface size 200 %.
func (c *capturer) scaled() {
	c.look.Scale = 2
	w := c.newProfileBuilder(map[uploader.ServerID]string{studio: "http://127.0.0.1:9/files/"})
	w.single(studio, "interview-final.mov", 6_400_000_000, w.done)
	w.single(studio, "b-roll.mov", 3_000_000_000, func(t *uploader.Transfer) { t.Intent = uploader.IntentPause; partiallySent(0.4)(t) })
	w.single(studio, "invoice.pdf", 84_000, w.done)
	w.save(c.ctx, c.Profile(), c.setLook)
	c.open(1240, 800)
	c.capture("scale-200")
	c.press("ctrl+comma")
	c.capture("scale-200-settings")
}
