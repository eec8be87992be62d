//go:build linux && desktop

package desktop_test

import (
	"context"
	"flag"
	"fmt"
	"image/png"
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
	"github.com/ferryapp/ferry/app/desktop/internal/virtual"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// pictures is the folder for the pictures of the user guide.
var pictures = flag.String("pictures", "", "take the pictures of the user guide, into this `folder`")

// drawTime is the time for the window to draw before a picture: its end cannot be
// observed from outside.
const drawTime = 1200 * time.Millisecond

// capturer takes pictures of one Ferry with one look.
type capturer struct {
	*desktop.Ferry
	t    *testing.T
	ctx  context.Context
	look settings.Appearance
	dir  string
}

// TestPictures takes pictures of every designed state in light and dark, English and
// Chinese.
func TestPictures(t *testing.T) {
	if *pictures == "" {
		t.Skip("run by make pictures")
	}
	dir, err := filepath.Abs(*pictures)
	must(t, err)
	must(t, os.MkdirAll(dir, 0o755))
	for _, theme := range []settings.Theme{settings.ThemeLight, settings.ThemeDark} {
		for _, language := range []words.Language{words.English, words.Chinese} {
			look := settings.Appearance{Theme: theme, Language: language, Scale: 1}
			for name, show := range scenes {
				t.Run(fmt.Sprintf("%s %s %s", name, theme, language), func(t *testing.T) {
					t.Parallel() // each has its own desktop
					show(newCapturer(t, dir, look))
				})
			}
		}
	}
}

var scenes = map[string]func(*capturer){
	"first":         (*capturer).first,
	"servers":       (*capturer).servers,
	"adding":        (*capturer).adding,
	"busy":          (*capturer).busy,
	"waiting":       (*capturer).waiting,
	"states":        (*capturer).states,
	"done":          (*capturer).done,
	"resume":        (*capturer).resumeDialog,
	"without tray":  (*capturer).withoutTray,
	"resume prompt": (*capturer).resumePrompt,
	"scaled":        (*capturer).scaled,
}

// startMu serializes the search for free displays, which could find the same one.
var startMu sync.Mutex

func newCapturer(t *testing.T, dir string, look settings.Appearance) *capturer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	t.Cleanup(cancel)
	home, err := os.MkdirTemp("", "ferry-desktop-")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(home) })
	startMu.Lock()
	d, err := virtual.Start(ctx, home)
	startMu.Unlock()
	must(t, err)
	t.Cleanup(func() { d.Close() })
	c := &capturer{Ferry: desktop.New(d, binary, filepath.Join(d.Home(), "profile")), t: t, ctx: ctx, look: look, dir: dir}
	t.Cleanup(func() {
		if c.Process != nil {
			c.Process.Kill()
		}
	})
	return c
}

// newProfileBuilder returns a builder whose source files are in the user's home folder, which
// the pictures show as ~.
func (c *capturer) newProfileBuilder(endpoints map[uploader.ServerID]string) *profileBuilder {
	c.t.Helper()
	dir := filepath.Join(c.Home(), "Videos")
	must(c.t, os.MkdirAll(dir, 0o700))
	return newProfileBuilderIn(c.t, dir, endpoints)
}

// setLook sets the look in the settings.
func (c *capturer) setLook(s *settings.Settings) { s.Appearance = c.look }

// open starts Ferry with the profile and a window of the given size.
func (c *capturer) open(width, height int, args ...string) {
	c.t.Helper()
	must(c.t, c.MovePointer(c.ctx, virtual.Width-1, virtual.Height-1)) // so that it does not hover over the window
	must(c.t, c.Start(c.ctx, args...))
	c.waitDrawn() // the window sets its initial size
	c.resize(width, height)
}

// resize resizes the window and updates its position.
func (c *capturer) resize(width, height int) {
	c.t.Helper()
	must(c.t, c.Resize(c.ctx, c.Window, width, height))
	c.waitDrawn()
	must(c.t, c.AwaitWindow(c.ctx))
}

// waitDrawn waits for the window to draw.
func (c *capturer) waitDrawn() {
	c.t.Helper()
	select {
	case <-time.After(drawTime):
	case <-c.ctx.Done():
		c.t.Fatal(c.ctx.Err())
	}
}

// capture takes a picture of the window.
func (c *capturer) capture(name string) {
	c.t.Helper()
	c.waitDrawn()
	file := c.path(name)
	must(c.t, c.WindowScreenshot(c.ctx, c.Window, file))
	if share := blackShare(c.t, file); share > 0.05 {
		c.t.Errorf("%s: another window covers %.0f %% of this one", name, 100*share)
	}
	c.shrink(file)
}

// blackShare returns the share of a picture that is black, which no theme uses: the X server
// leaves out what another window covers.
func blackShare(t *testing.T, path string) float64 {
	t.Helper()
	file, err := os.Open(path)
	must(t, err)
	defer file.Close()
	picture, err := png.Decode(file)
	must(t, err)
	black, all, bounds := 0, 0, picture.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y += 4 {
		for x := bounds.Min.X; x < bounds.Max.X; x += 4 {
			all++
			if r, g, b, _ := picture.At(x, y).RGBA(); r|g|b == 0 {
				black++
			}
		}
	}
	return float64(black) / float64(all)
}

// captureTray takes a picture of the screen's corner with the tray and notifications.
func (c *capturer) captureTray(name string) {
	c.t.Helper()
	c.waitDrawn()
	file := c.path(name)
	must(c.t, c.Screenshot(c.ctx, file))
	c.shrink(file, "-crop", fmt.Sprintf("640x290+%d+0", virtual.Width-640), "+repage", "-fill", "#6f8b93", "-draw", "color 2,288 floodfill")
}

func (c *capturer) path(name string) string {
	return filepath.Join(c.dir, fmt.Sprintf("%s-%s-%s.png", name, c.look.Theme, c.look.Language))
}

// shrink makes the picture smaller: a window has few colours.
func (c *capturer) shrink(file string, first ...string) {
	c.t.Helper()
	args := slices.Concat([]string{file}, first, []string{"-strip", "+dither", "-colors", "128", "png8:" + file})
	must(c.t, exec.CommandContext(c.ctx, "convert", args...).Run())
}

func (c *capturer) press(keys ...string) {
	c.t.Helper()
	must(c.t, c.Key(c.ctx, keys...))
	c.waitDrawn()
}

// first is the first start, with the settings.
func (c *capturer) first() {
	c.newProfileBuilder(nil).save(c.ctx, c.Profile(), c.setLook)
	c.open(960, 640)
	c.capture("empty")
	c.press("F1")
	c.capture("keys")
	c.press("Escape")
	c.press("ctrl+comma")
	c.capture("settings")
	for _, section := range []string{"notifications", "start", "look", "power", "data"} {
		c.press("Down")
		c.capture("settings-" + section)
	}
}

// busy is an upload of a folder and a large file.
func (c *capturer) busy() {
	server := uploadtest.NewTusd(c.t)
	proxy := uploadtest.NewProxy(c.t, server.Endpoint)
	proxy.Throttle(24 << 20)
	w := c.newProfileBuilder(map[uploader.ServerID]string{studio: proxy.URL(server.Endpoint)})
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
	w.single(studio, "第三集 粗剪.mov", 3_000_000_000, func(t *uploader.Transfer) { t.Intent = uploader.IntentPause; partiallySent(0.4)(t) })
	w.single(studio, "b-roll.mov", 3_000_000_000, w.failed(fault.SourceChanged, 0.73))
	w.save(c.ctx, c.Profile(), c.setLook)
	c.open(1040, 680)
	c.waitFor(8 * time.Second) // until speed and remaining time are shown
	c.capture("busy")
	c.press("Home", "Return")
	c.waitFor(3 * time.Second)
	c.capture("details")
	c.press("Escape")
	c.press("ctrl+f")
	must(c.t, c.Type(c.ctx, "204"))
	c.capture("search")
	c.press("Escape")
	c.press("ctrl+q")
	c.capture("quit")
}

// states is a list with every error state.
func (c *capturer) states() {
	w := c.newProfileBuilder(map[uploader.ServerID]string{studio: "http://studio.invalid/files/", archive: uploadtest.UnusedURL(c.t)})
	w.single(archive, "lecture-07.mp4", 1_800_000_000, w.failed(fault.Auth, 0.3))
	w.single(archive, "b-roll.mov", 3_000_000_000, w.failed(fault.SourceChanged, 0.73))
	w.single(archive, "drone-0042.mov", 9_200_000_000, w.failed(fault.SourceMissing, 0.5))
	w.single(archive, "panorama.tif", 2_100_000_000, w.failed(fault.Gone, 0.6))
	w.single(archive, "dataset.zip", 12_000_000_000, w.failed(fault.TooLarge, 0))
	w.single(archive, "contract.pdf", 2_400_000, w.failed(fault.AlreadyUploaded, 0))
	w.single(archive, "series.mov", 6_400_000_000, partiallySent(0.2))
	w.single(studio, "interview.mov", 6_400_000_000, nil)
	w.single(studio, "notes.txt", 4_000, func(t *uploader.Transfer) { t.Intent = uploader.IntentPause })
	w.single(studio, "trailer.mp4", 420_000_000, w.done)
	w.save(c.ctx, c.Profile(), c.setLook)
	c.open(1040, 760)
	c.waitFor(3 * time.Second)
	c.capture("states")
	c.click(978, 72)
	c.capture("sign-in")
	c.press("Escape")
	c.press("ctrl+f")
	must(c.t, c.Type(c.ctx, "nothing like it"))
	c.capture("nothing-found")
	c.press("Escape")
	c.resize(480, 360)
	c.capture("small")
}

// launchInterrupted saves three unfinished uploads, with the setting to ask before resuming.
func (c *capturer) interrupted() {
	c.t.Helper()
	server := uploadtest.NewTusd(c.t)
	w := c.newProfileBuilder(map[uploader.ServerID]string{studio: server.Endpoint})
	w.single(studio, "interview-final.mov", 6_400_000_000, partiallyReceived(c.t, server, 0.3))
	w.single(studio, "b-roll.mov", 3_000_000_000, partiallyReceived(c.t, server, 0.7))
	w.single(studio, "drone-0042.mov", 900_000_000, nil)
	w.save(c.ctx, c.Profile(), func(s *settings.Settings) {
		c.setLook(s)
		s.Start.OnStart = settings.OnStartAsk
	})
}

// resumeDialog is a start after an interruption.
func (c *capturer) resumeDialog() {
	c.interrupted()
	c.open(960, 640)
	c.waitFor(2 * time.Second)
	c.capture("coming-back")
	c.click(825, 72)
	c.capture("review")
}

// partiallyReceived returns a function that creates an upload on the server with a
// part of its bytes, and sets it as the session.
func partiallyReceived(t *testing.T, server *uploadtest.Tusd, part float64) func(*uploader.Transfer) {
	t.Helper()
	return func(row *uploader.Transfer) {
		client, err := tus.New(tus.Config{Endpoint: server.Endpoint, HTTP: http.DefaultTransport})
		must(t, err)
		upload, err := client.Create(t.Context(), tus.CreateRequest{Size: row.Source.Size})
		must(t, err)
		offset := int64(part * float64(row.Source.Size))
		must(t, os.Truncate(filepath.Join(server.Dir, path.Base(upload.URL)), offset)) // a sparse file, like the source
		row.Session = uploader.Session{URL: upload.URL, Offset: offset, Sent: offset}
		row.Started = row.Added
	}
}

func (c *capturer) waitFor(d time.Duration) {
	c.t.Helper()
	select {
	case <-time.After(d):
	case <-c.ctx.Done():
		c.t.Fatal(c.ctx.Err())
	}
}
