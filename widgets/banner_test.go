package widgets_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/internal/widgettest"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestBannerStacksButtonsInNarrowWindow(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	banner := widgets.NewBanner(widgets.BannerModel{
		Icon: theme.IconRetry, Tone: theme.Active, Text: "3 uploads were interrupted. 2.1 of 6.4 GB is already there.",
		Buttons: []widgets.BannerButton{{Label: "Resume all"}, {Label: "Review…"}},
	})
	window := widgettest.Show(t, container.NewBorder(banner, nil, nil, nil), 960, 400)
	for _, c := range []struct{ width, height float32 }{{960, 48}, {480, 88}, {960, 48}} {
		window.Resize(fyne.NewSize(c.width, 400))
		if got := banner.Size().Height; got != c.height {
			t.Errorf("height %v in a window of width %v, want %v", got, c.width, c.height)
		}
	}
}

func TestBannerWrapsText(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	for name, text := range map[string]string{
		"English":  "Ferry's database was damaged. It was set aside as /home/someone/.local/share/ferry/ferry.db.damaged-20260102, and Ferry continues with a backup.",
		"Chinese":  "Ferry 的数据库已损坏，被移到 /home/someone/.local/share/ferry/ferry.db.damaged-20260102。Ferry 用其中仍可读取的内容继续。",
		"one word": strings.Repeat("/abcdefghi", 12),
	} {
		t.Run(name, func(t *testing.T) {
			banner := widgets.NewBanner(widgets.BannerModel{Text: text, OnDismiss: func() {}})
			window := widgettest.Show(t, container.NewBorder(banner, nil, nil, nil), 480, 400)
			var lines []string
			for _, object := range test.LaidOutObjects(banner) {
				if line, ok := object.(*canvas.Text); ok && line.Visible() {
					lines = append(lines, line.Text)
				}
			}
			withoutSpaces := func(text string) string { return strings.ReplaceAll(text, " ", "") }
			if got := strings.Join(lines, ""); withoutSpaces(got) != withoutSpaces(text) || len(lines) < 2 {
				t.Errorf("lines %q", lines)
			}
			narrow := banner.Size().Height
			if window.Resize(fyne.NewSize(2400, 400)); banner.Size().Height >= narrow {
				t.Errorf("height %v in a wide window, %v in a narrow one", banner.Size().Height, narrow)
			}
		})
	}
}

func TestBannerButtons(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	var calls []string
	banner := widgets.NewBanner(widgets.BannerModel{
		Text:      "3 uploads were interrupted.",
		Buttons:   []widgets.BannerButton{{Label: "Resume all", OnTapped: func() { calls = append(calls, "resume") }}},
		OnDismiss: func() { calls = append(calls, "dismiss") },
	})
	widgettest.Show(t, banner, 960, 48)
	for _, object := range test.LaidOutObjects(banner) {
		if button, ok := object.(fyne.Tappable); ok {
			test.Tap(button)
		}
	}
	if diff := cmp.Diff([]string{"resume", "dismiss"}, calls); diff != "" {
		t.Error(diff)
	}
}
