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

// click presses the left button at a place of the window, where there is
// something in every language.
func (a *shooter) click(x, y int) {
	a.t.Helper()
	must(a.t, a.Click(a.ctx, a.Window, x, y))
	must(a.t, a.MovePointer(a.ctx, 1, 1))
	a.waitDrawn()
}

// servers is somebody who enters the address of one, and asks what it can do.
func (a *shooter) servers() {
	server := uploadtest.NewTusd(a.t)
	newProfileBuilder(a.t, nil).save(a.ctx, a.Profile(), a.setLook)
	a.open(960, 640)
	a.click(110, 22)
	a.capture("destinations")
	a.click(140, 104)
	must(a.t, a.Type(a.ctx, server.Endpoint))
	a.press("Return")
	a.waitFor(time.Second)
	a.capture("add-server")
}

// waiting is everything that goes on by itself, later.
func (a *shooter) waiting() {
	server := uploadtest.NewTusd(a.t)
	gateway := uploadtest.NewGateway(a.t, server.URL)
	gateway.Next(100, http.MethodPost, uploadtest.Answer{Status: http.StatusServiceUnavailable, Header: map[string]string{"Retry-After": "900"}})
	w := newProfileBuilder(a.t, map[uploader.ServerID]string{studio: gateway.URL + "/files/", archive: uploadtest.Unused(a.t)})
	w.single(studio, "lecture-08.mp4", 1_900_000_000, nil)
	w.single(archive, "panorama.tif", 2_100_000_000, partiallySent(0.4))
	w.single(archive, "series.mov", 6_400_000_000, nil)
	w.single(studio, "notes.pdf", 4_000_000, func(t *uploader.Transfer) { t.Intent = uploader.IntentHold; partiallySent(0.6)(t) })
	w.single(studio, "archive-2025.tar", 41_000_000_000, w.failed(fault.Quota, 0.7))
	w.save(a.ctx, a.Profile(), a.setLook)
	a.open(960, 640)
	a.waitFor(9 * time.Second) // the tries are further apart then
	a.capture("waiting")
}

// done is the end of a working day: a folder of many files, open, and what can be
// done to several rows.
func (a *shooter) done() {
	w := newProfileBuilder(a.t, map[uploader.ServerID]string{studio: "http://127.0.0.1:9/files/"})
	w.single(studio, "interview-final.mov", 6_400_000_000, w.done)
	raws := w.batch(studio, "Iceland raws")
	for i := range 1000 {
		w.file(raws, fmt.Sprintf("Iceland raws/day %d/IMG_%04d.CR3", 1+i/250, 2000+i), 51_000_000, w.done)
	}
	w.single(studio, "invoice.pdf", 84_000, w.done)
	w.save(a.ctx, a.Profile(), a.setLook)
	a.open(960, 640)
	a.capture("done")
	a.press("Home", "Down", "Right", "Down", "shift+Down", "shift+Down")
	a.capture("selection")
	a.press("Menu")
	a.capture("context-menu")
	a.press("Escape", "Delete")
	a.capture("undo")
}

// adding is a folder of very many files that is counted before it is taken.
func (a *shooter) adding() {
	newProfileBuilder(a.t, nil).save(a.ctx, a.Profile(), a.setLook)
	folder := filepath.Join(a.t.TempDir(), "Measurements")
	for i := range 60_000 {
		dir := filepath.Join(folder, fmt.Sprintf("run %02d", i/1000))
		if i%1000 == 0 {
			must(a.t, os.MkdirAll(dir, 0o755))
		}
		must(a.t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("sample %05d.csv", i)), []byte("0\n"), 0o600))
	}
	a.open(960, 640)
	must(a.t, a.Drop(a.ctx, folder))
	a.waitFor(2 * time.Second)
	a.capture("large-drop")
	must(a.t, a.Key(a.ctx, "Return"))
	a.capture("counting")
}

// openFerry is what the tray's menu calls the window.
var openFerry = map[words.Language]string{words.English: "Open Ferry", words.Chinese: "打开 Ferry"}

// resumePrompt is a start at login after an interruption: a note, and the tray.
func (a *shooter) resumePrompt() {
	a.interrupted()
	must(a.t, a.MovePointer(a.ctx, 1, 1))
	must(a.t, a.StartHidden(a.ctx, openFerry[a.look.Language]))
	a.waitFor(3 * time.Second)
	a.captureTray("tray-prompt")
	must(a.t, a.OpenTrayMenu(a.ctx))
	a.captureTray("tray-menu")
}

// withoutTray is somebody who closes the window where there is no tray to keep it in.
func (a *shooter) withoutTray() {
	server := uploadtest.NewTusd(a.t)
	proxy := uploadtest.NewProxy(a.t, server.Endpoint)
	proxy.Slow(4 << 20)
	w := newProfileBuilder(a.t, map[uploader.ServerID]string{studio: proxy.URL(server.Endpoint)})
	w.single(studio, "interview-final.mov", 6_400_000_000, nil)
	w.save(a.ctx, a.Profile(), a.setLook)
	a.KillPanel()
	a.open(960, 640)
	a.waitFor(6 * time.Second)
	must(a.t, a.CloseWindow(a.ctx, a.Window))
	a.capture("no-tray")
}

// scaled is a working day on a screen of many small pixels.
func (a *shooter) scaled() {
	a.look.Scale = 2
	w := newProfileBuilder(a.t, map[uploader.ServerID]string{studio: "http://127.0.0.1:9/files/"})
	w.single(studio, "interview-final.mov", 6_400_000_000, w.done)
	w.single(studio, "b-roll.mov", 3_000_000_000, func(t *uploader.Transfer) { t.Intent = uploader.IntentHold; partiallySent(0.4)(t) })
	w.single(studio, "invoice.pdf", 84_000, w.done)
	w.save(a.ctx, a.Profile(), a.setLook)
	a.open(1240, 800)
	a.capture("scale-200")
	a.press("ctrl+comma")
	a.capture("scale-200-settings")
}
