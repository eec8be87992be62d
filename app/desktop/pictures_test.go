//go:build linux && desktop

package desktop_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/desktop"
	"github.com/ferryapp/ferry/app/desktop/internal/desk"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// pictures is where the pictures of the user guide go; without it none are taken.
var pictures = flag.String("pictures", "", "take the pictures of every state, into this folder")

// drawTime is how long the window is given to draw itself before a picture: nothing
// outside tells when it has.
const drawTime = 1200 * time.Millisecond

// shooter takes pictures of one Ferry in one look.
type shooter struct {
	*desktop.Ferry
	t    *testing.T
	ctx  context.Context
	look settings.Look
	dir  string
}

// TestPictures shows every state that was designed, light and dark, in English
// and in Chinese, and takes its picture.
func TestPictures(t *testing.T) {
	if *pictures == "" {
		t.Skip("pictures are taken by make pictures")
	}
	dir, err := filepath.Abs(*pictures)
	must(t, err)
	must(t, os.MkdirAll(dir, 0o755))
	for _, theme := range []settings.Theme{settings.ThemeLight, settings.ThemeDark} {
		for _, language := range []words.Language{words.English, words.Chinese} {
			look := settings.Look{Theme: theme, Language: language, Scale: 1}
			for name, show := range scenes {
				t.Run(fmt.Sprintf("%s %s %s", name, theme, language), func(t *testing.T) {
					t.Parallel() // each on a desktop of its own
					show(newShooter(t, dir, look))
				})
			}
		}
	}
}

var scenes = map[string]func(*shooter){
	"first":    (*shooter).first,
	"servers":  (*shooter).servers,
	"adding":   (*shooter).adding,
	"busy":     (*shooter).busy,
	"waiting":  (*shooter).waiting,
	"states":   (*shooter).states,
	"done":     (*shooter).done,
	"return":   (*shooter).resumeDialog,
	"trayless": (*shooter).withoutTray,
	"asked":    (*shooter).resumePrompt,
	"scaled":   (*shooter).scaled,
}

// startMu keeps screens from being looked for at the same time, which may find
// the same one.
var startMu sync.Mutex

func newShooter(t *testing.T, dir string, look settings.Look) *shooter {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	t.Cleanup(cancel)
	home, err := os.MkdirTemp("", "ferry-desk-")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(home) })
	startMu.Lock()
	d, err := desk.Start(ctx, home)
	startMu.Unlock()
	must(t, err)
	t.Cleanup(func() { d.Close() })
	a := &shooter{Ferry: desktop.New(d, binary, filepath.Join(d.Home(), "profile")), t: t, ctx: ctx, look: look, dir: dir}
	t.Cleanup(func() {
		if a.Process != nil {
			a.Process.Kill()
		}
	})
	return a
}

// setLook makes the settings of the album's look.
func (a *shooter) setLook(s *settings.Settings) { s.Look = a.look }

// open starts Ferry on the profile, in a window of that size.
func (a *shooter) open(width, height int, args ...string) {
	a.t.Helper()
	must(a.t, a.MovePointer(a.ctx, desk.Width-1, desk.Height-1)) // away from all that changes under it
	must(a.t, a.Start(a.ctx, args...))
	a.waitDrawn() // the window gives itself its first size
	a.resize(width, height)
}

// resize gives the window another size, and learns where it stands then.
func (a *shooter) resize(width, height int) {
	a.t.Helper()
	must(a.t, a.Resize(a.ctx, a.Window, width, height))
	a.waitDrawn()
	must(a.t, a.AwaitWindow(a.ctx))
}

// waitDrawn lets the window draw.
func (a *shooter) waitDrawn() {
	a.t.Helper()
	select {
	case <-time.After(drawTime):
	case <-a.ctx.Done():
		a.t.Fatal(a.ctx.Err())
	}
}

// capture takes a picture of the window.
func (a *shooter) capture(name string) {
	a.t.Helper()
	a.waitDrawn()
	file := a.path(name)
	must(a.t, a.WindowScreenshot(a.ctx, a.Window, file))
	a.shrink(file)
}

// captureTray takes a picture of the part of the screen with tray and notes.
func (a *shooter) captureTray(name string) {
	a.t.Helper()
	a.waitDrawn()
	file := a.path(name)
	must(a.t, a.Screenshot(a.ctx, file))
	a.shrink(file, "-crop", fmt.Sprintf("640x290+%d+0", desk.Width-640), "+repage", "-fill", "#6f8b93", "-draw", "color 2,288 floodfill")
}

func (a *shooter) path(name string) string {
	return filepath.Join(a.dir, fmt.Sprintf("%s-%s-%s.png", name, a.look.Theme, a.look.Language))
}

// shrink keeps the picture small: a window has few colours.
func (a *shooter) shrink(file string, first ...string) {
	a.t.Helper()
	args := slices.Concat([]string{file}, first, []string{"-strip", "+dither", "-colors", "128", "png8:" + file})
	must(a.t, exec.CommandContext(a.ctx, "convert", args...).Run())
}

func (a *shooter) press(keys ...string) {
	a.t.Helper()
	must(a.t, a.Key(a.ctx, keys...))
	a.waitDrawn()
}

// first is what a new user sees.
func (a *shooter) first() {
	newProfileBuilder(a.t, nil).save(a.ctx, a.Profile(), a.setLook)
	a.open(960, 640)
	a.capture("empty")
	a.press("F1")
	a.capture("keys")
	a.press("Escape")
	a.press("ctrl+comma")
	a.capture("settings")
	for _, section := range []string{"notifications", "start", "look", "data"} {
		a.press("Down")
		a.capture("settings-" + section)
	}
}

// busy is a working day: a folder and a film on their way.
func (a *shooter) busy() {
	server := uploadtest.NewTusd(a.t)
	proxy := uploadtest.NewProxy(a.t, server.Endpoint)
	proxy.Slow(24 << 20)
	w := newProfileBuilder(a.t, map[uploader.ServerID]string{studio: proxy.URL(server.Endpoint)})
	w.single(studio, "interview-final.mov", 6_400_000_000, nil)
	raws := w.batch(studio, "Iceland raws")
	for i := range 790 {
		var change func(*uploader.Transfer)
		if i < 612 {
			change = w.done
		}
		w.file(raws, fmt.Sprintf("Iceland raws/day %d/IMG_%04d.CR3", 1+i/200, 2000+i), 51_000_000, change)
	}
	w.single(studio, "invoice.pdf", 84_000, w.done)
	w.single(studio, "第三集 粗剪.mov", 3_000_000_000, func(t *uploader.Transfer) { t.Intent = uploader.IntentHold; partiallySent(0.4)(t) })
	w.single(studio, "b-roll.mov", 3_000_000_000, w.failed(fault.SourceChanged, 0.73))
	w.save(a.ctx, a.Profile(), a.setLook)
	a.open(1040, 680)
	a.waitFor(8 * time.Second) // await there is a speed and a time to tell
	a.capture("busy")
	a.press("Home", "Return")
	a.waitFor(3 * time.Second)
	a.capture("details")
	a.press("Escape")
	a.press("ctrl+f")
	must(a.t, a.Type(a.ctx, "204"))
	a.capture("search")
	a.press("Escape")
	a.press("ctrl+q")
	a.capture("quit")
}

// states is everything that can be the matter with an upload.
func (a *shooter) states() {
	w := newProfileBuilder(a.t, map[uploader.ServerID]string{studio: "http://studio.invalid/files/", archive: uploadtest.Unused(a.t)})
	w.single(archive, "lecture-07.mp4", 1_800_000_000, w.failed(fault.Auth, 0.3))
	w.single(archive, "b-roll.mov", 3_000_000_000, w.failed(fault.SourceChanged, 0.73))
	w.single(archive, "drone-0042.mov", 9_200_000_000, w.failed(fault.SourceMissing, 0.5))
	w.single(archive, "panorama.tif", 2_100_000_000, w.failed(fault.Gone, 0.6))
	w.single(archive, "dataset.zip", 12_000_000_000, w.failed(fault.TooLarge, 0))
	w.single(archive, "contract.pdf", 2_400_000, w.failed(fault.Uploaded, 0))
	w.single(archive, "series.mov", 6_400_000_000, partiallySent(0.2))
	w.single(studio, "interview.mov", 6_400_000_000, nil)
	w.single(studio, "notes.txt", 4_000, func(t *uploader.Transfer) { t.Intent = uploader.IntentHold })
	w.single(studio, "trailer.mp4", 420_000_000, w.done)
	w.save(a.ctx, a.Profile(), a.setLook)
	a.open(1040, 760)
	a.waitFor(3 * time.Second)
	a.capture("states")
	a.click(978, 72)
	a.capture("sign-in")
	a.press("Escape")
	a.press("ctrl+f")
	must(a.t, a.Type(a.ctx, "nothing like it"))
	a.capture("nothing-found")
	a.press("Escape")
	a.resize(480, 360)
	a.capture("small")
}

// launchInterrupted leaves three uploads unfinished, for someone who wants to be asked.
func (a *shooter) interrupted() {
	a.t.Helper()
	server := uploadtest.NewTusd(a.t)
	w := newProfileBuilder(a.t, map[uploader.ServerID]string{studio: server.Endpoint})
	w.single(studio, "interview-final.mov", 6_400_000_000, partiallyReceived(a.t, server, 0.3))
	w.single(studio, "b-roll.mov", 3_000_000_000, partiallyReceived(a.t, server, 0.7))
	w.single(studio, "drone-0042.mov", 900_000_000, nil)
	w.save(a.ctx, a.Profile(), func(s *settings.Settings) {
		a.setLook(s)
		s.Start.OnStart = settings.OnStartAsk
	})
}

// resumeDialog is a start after an interruption.
func (a *shooter) resumeDialog() {
	a.interrupted()
	a.open(960, 640)
	a.waitFor(2 * time.Second)
	a.capture("coming-back")
	a.click(825, 72)
	a.capture("review")
}

// partiallyReceived is a session of which that server really holds a part.
func partiallyReceived(t *testing.T, server *uploadtest.Tusd, part float64) func(*uploader.Transfer) {
	t.Helper()
	return func(row *uploader.Transfer) {
		client, err := tus.New(tus.Config{Endpoint: server.Endpoint, HTTP: http.DefaultTransport})
		must(t, err)
		upload, err := client.Create(t.Context(), tus.CreateRequest{Size: row.Source.Size})
		must(t, err)
		offset := int64(part * float64(row.Source.Size))
		must(t, os.Truncate(filepath.Join(server.Dir, path.Base(upload.URL)), offset)) // a hole, as the source is
		row.Session = uploader.Session{URL: upload.URL, Offset: offset, Sent: offset}
		row.Started = row.Added
	}
}

func (a *shooter) waitFor(d time.Duration) {
	a.t.Helper()
	select {
	case <-time.After(d):
	case <-a.ctx.Done():
		a.t.Fatal(a.ctx.Err())
	}
}
