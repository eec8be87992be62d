package transferlist

import (
	"image"
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestMarksEnd(t *testing.T) {
	apptest.LoadEnglish(t)
	apptest.App(t).Settings().SetTheme(theme.New(theme.Light, 1))
	now := time.Unix(1000, 0)
	l := NewList(widgets.NewTooltips(), ListActions{Interrupted: func() *view.Interrupted { return nil }, Thumbnail: func(source.File) image.Image { return nil }})
	l.now = func() time.Time { return now }
	s := apptest.Snapshot(apptest.Transfer(1), apptest.Transfer(2))
	l.Show(s)
	l.Mark(2)
	steps := []struct {
		after  time.Duration
		marked bool
		again  time.Duration
	}{
		{0, true, markTime},
		{time.Second, true, markTime - time.Second},
		{markTime, false, 0},
	}
	start := now
	for _, step := range steps {
		now = start.Add(step.after)
		again := l.Show(s)
		if l.Row(1).Marked != step.marked || l.Row(0).Marked || again != step.again {
			t.Errorf("after %s: marked %t, shown again after %s, want %+v", step.after, l.Row(1).Marked, again, step)
		}
	}
}
