package widgets_test

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/internal/widgettest"
	"github.com/ferryapp/ferry/widgets/theme"
)

// barWidths are the widths of the bar's parts that can be seen: track, sent,
// acknowledged.
func barWidths(bar *widgets.Bar) []float32 {
	var widths []float32
	for _, object := range test.LaidOutObjects(bar) {
		if r, ok := object.(*canvas.Rectangle); ok && r.Visible() {
			widths = append(widths, r.Size().Width)
		}
	}
	return widths
}

func TestBarShowsBothItsParts(t *testing.T) {
	cases := []struct {
		name        string
		acked, sent float64
		want        []float32
	}{
		{"nothing", 0, 0, []float32{400}},
		{"sent but not acknowledged", 0, 0.5, []float32{400, 200}},
		{"both", 0.25, 0.5, []float32{400, 200, 100}},
		{"all", 1, 1, []float32{400, 400, 400}},
		{"very little is seen", 0.0001, 0.0001, []float32{400, 4, 4}},
		{"not quite all is not all", 0.9999, 0.9999, []float32{400, 399, 399}},
		{"what is acknowledged has been sent", 0.5, 0.25, []float32{400, 200, 200}},
		{"beyond the whole is the whole", 2, 3, []float32{400, 400, 400}},
		{"below nothing is nothing", -1, -1, []float32{400}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			widgettest.SetTheme(t, theme.Light)
			bar := widgets.NewBar()
			widgettest.Show(t, bar, 400, 4)
			bar.Set(c.acked, c.sent, theme.Active)
			if diff := cmp.Diff(c.want, barWidths(bar)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// clock is a clock whose hands a test moves.
type clock struct {
	wait    []time.Duration
	ring    []func()
	stopped int
}

func (c *clock) after(d time.Duration, f func()) (stop func() bool) {
	c.wait, c.ring = append(c.wait, d), append(c.ring, f)
	return func() bool {
		c.stopped++
		return true
	}
}

func TestToastGoesAwayByItself(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	toasts, clock := widgets.NewToasts(), &clock{}
	toasts.SetAfter(clock.after)
	widgettest.Show(t, toasts, 480, 360)
	toasts.Say("Link copied")
	toasts.Say("Link copied again")
	if clock.stopped != 1 {
		t.Error("the clock of the message before still runs")
	}
	clock.ring[0]()
	if got := toasts.Text(); got != "Link copied again" {
		t.Errorf("the clock of the message before left %q", got)
	}
	clock.ring[1]()
	if got := toasts.Text(); got != "" {
		t.Errorf("after its time it still says %q", got)
	}
}

func TestToastWithSomethingToDecideStaysLonger(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	toasts, clock := widgets.NewToasts(), &clock{}
	toasts.SetAfter(clock.after)
	toasts.Say("Link copied")
	toasts.Offer("Removed 3 uploads", "Undo", nil, nil)
	if clock.wait[1] <= clock.wait[0] {
		t.Errorf("%v, and %v with a button", clock.wait[0], clock.wait[1])
	}
	toasts.Dismiss()
	if clock.stopped != 2 {
		t.Error("its clock still runs when it is gone")
	}
}

func TestToastOffersToUndo(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	toasts, clock := widgets.NewToasts(), &clock{}
	toasts.SetAfter(clock.after)
	window := widgettest.Show(t, toasts, 480, 360)
	undone, kept := 0, 0
	toasts.Offer("Removed 3 uploads", "Undo", func() { undone++ }, func() { kept++ })
	for x := float32(0); x < 480; x += 8 {
		test.TapCanvas(window.Canvas(), fyne.NewPos(x, 360-78))
	}
	if undone != 1 || kept != 0 {
		t.Errorf("undone %d times, and over %d times", undone, kept)
	}
	if got := toasts.Text(); got != "" {
		t.Errorf("still says %q", got)
	}
}

func TestToastThatNobodyAnswersIsOver(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	toasts, clock := widgets.NewToasts(), &clock{}
	toasts.SetAfter(clock.after)
	widgettest.Show(t, toasts, 480, 360)
	for _, gone := range []func(){
		func() { clock.ring[len(clock.ring)-1]() }, toasts.Dismiss, func() { toasts.Say("Link copied") },
	} {
		over := 0
		toasts.Offer("Removed 3 uploads", "Undo", func() { t.Error("it was undone") }, func() { over++ })
		gone()
		toasts.Dismiss()
		if over != 1 {
			t.Errorf("it was over %d times", over)
		}
	}
}

func TestToastsLetClicksThrough(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	tapped := 0
	button := widget.NewButton("below", func() { tapped++ })
	toasts, clock := widgets.NewToasts(), &clock{}
	toasts.SetAfter(clock.after)
	window := widgettest.Show(t, container.NewStack(button, toasts), 480, 360)
	toasts.Say("Link copied")
	test.TapCanvas(window.Canvas(), fyne.NewPos(240, 20))
	if tapped != 1 {
		t.Errorf("the button below was tapped %d times", tapped)
	}
}

func TestBannerPutsItsButtonsBelowWhenNarrow(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	banner := widgets.NewBanner(widgets.BannerModel{
		Icon: theme.IconRetry, Tone: theme.Active, Text: "3 uploads were interrupted. 2.1 of 6.4 GB is already there.",
		Buttons: []widgets.BannerButton{{Label: "Resume all"}, {Label: "Review…"}},
	})
	window := widgettest.Show(t, container.NewBorder(banner, nil, nil, nil), 960, 400)
	for _, c := range []struct{ width, height float32 }{{960, 48}, {480, 88}, {960, 48}} {
		window.Resize(fyne.NewSize(c.width, 400))
		if got := banner.Size().Height; got != c.height {
			t.Errorf("%v high in a window of %v, want %v", got, c.width, c.height)
		}
	}
}

func TestBannerSaysAllOfIt(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	for name, sentence := range map[string]string{
		"a sentence": "Ferry's database was damaged. It was set aside as /home/someone/.local/share/ferry/ferry.db.damaged-20260102, and Ferry continues with a backup.",
		"Chinese":    "Ferry 的数据库已损坏，被移到 /home/someone/.local/share/ferry/ferry.db.damaged-20260102。Ferry 用其中仍可读取的内容继续。",
		"one word":   strings.Repeat("/abcdefghi", 12),
	} {
		t.Run(name, func(t *testing.T) {
			banner := widgets.NewBanner(widgets.BannerModel{Text: sentence, OnDismiss: func() {}})
			window := widgettest.Show(t, container.NewBorder(banner, nil, nil, nil), 480, 400)
			var said []string
			for _, object := range test.LaidOutObjects(banner) {
				if text, ok := object.(*canvas.Text); ok && text.Visible() {
					said = append(said, text.Text)
				}
			}
			squeeze := func(text string) string { return strings.ReplaceAll(text, " ", "") }
			if got := strings.Join(said, ""); squeeze(got) != squeeze(sentence) || len(said) < 2 {
				t.Errorf("said %q", said)
			}
			high := banner.Size().Height
			if window.Resize(fyne.NewSize(2400, 400)); banner.Size().Height >= high {
				t.Errorf("as high in a wide window as the %v of a narrow one", high)
			}
		})
	}
}

func TestBannerButtons(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	var said []string
	banner := widgets.NewBanner(widgets.BannerModel{
		Text:      "3 uploads were interrupted.",
		Buttons:   []widgets.BannerButton{{Label: "Resume all", OnTapped: func() { said = append(said, "resume") }}},
		OnDismiss: func() { said = append(said, "dismiss") },
	})
	widgettest.Show(t, banner, 960, 48)
	for _, object := range test.LaidOutObjects(banner) {
		if button, ok := object.(*widget.Button); ok {
			test.Tap(button)
		}
	}
	if diff := cmp.Diff([]string{"resume", "dismiss"}, said); diff != "" {
		t.Error(diff)
	}
}

func TestEmptyState(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	tapped := 0
	empty := widgets.NewEmptyState(widgets.EmptyModel{Title: "Nothing under this filter", Button: "Show all"}, func() { tapped++ })
	widgettest.Show(t, empty, 720, 460)
	var button *widget.Button
	for _, object := range test.LaidOutObjects(empty) {
		if b, ok := object.(*widget.Button); ok && b.Visible() {
			button = b
		}
	}
	if button == nil {
		t.Fatal("no button")
	}
	test.Tap(button)
	if tapped != 1 {
		t.Errorf("tapped %d times", tapped)
	}
	empty.SetModel(widgets.EmptyModel{Title: "Nothing found"})
	if button.Visible() {
		t.Error("the button stays when there is nothing to do")
	}
}

func TestSpeedGraphShowsTheNewestSamples(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	graph := widgets.NewSpeedGraph()
	widgettest.Show(t, graph, 64, 40) // room for sixteen columns
	graph.Set([]float64{99, 99, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 20, 5, 0})
	var sizes []fyne.Size
	for _, object := range test.LaidOutObjects(graph) {
		if r, ok := object.(*canvas.Rectangle); ok && r.Visible() {
			sizes = append(sizes, r.Size())
		}
	}
	want := []fyne.Size{{Width: 64, Height: 1}, {Width: 3, Height: 20}, {Width: 3, Height: 40}, {Width: 3, Height: 10}}
	if diff := cmp.Diff(want, sizes); diff != "" {
		t.Errorf("a line and the columns of what moved: %s", diff)
	}
}

func TestPartsLookAsTheyShould(t *testing.T) {
	for name, mode := range map[string]theme.Mode{"light": theme.Light, "dark": theme.Dark} {
		widgettest.SetTheme(t, mode)
		parts := map[string]fyne.CanvasObject{
			"badge":  widgets.NewBadge("Active 3", theme.Active),
			"banner": widgets.NewBanner(widgets.BannerModel{Icon: theme.IconError, Tone: theme.Error, Text: "The disk is full.", OnDismiss: func() {}}),
			"empty":  widgets.NewEmptyState(widgets.EmptyModel{Title: "Nothing found", Hint: "Nothing is called that.", Button: "Clear"}, nil),
		}
		for part, object := range parts {
			golden := "parts/" + part + "-" + name + ".xml"
			t.Run(golden, func(t *testing.T) {
				window := widgettest.Show(t, object, 640, max(48, object.MinSize().Height))
				test.AssertRendersToMarkup(t, golden, window.Canvas())
			})
		}
	}
}
