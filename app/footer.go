package app

import (
	"cmp"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// footer is the line under the list: how all of it moves, how fast it may, and
// whether the servers can be reached. It lives on the UI's goroutine.
type footer struct {
	content fyne.CanvasObject
	graph   *widgets.SpeedGraph
	figures *widgets.Figures
	limit   *widgets.SmallButton
	link    *widget.Label
	sign    *widget.Icon

	speed *curve
	shown connection
}

// footerActions is what the footer's button does.
type footerActions struct{ openLimits func() }

func newFooter(hints *widgets.Hints, actions footerActions) *footer {
	f := &footer{
		graph: widgets.NewSpeedGraph(),
		figures: widgets.NewFigures(
			widgets.Figure{Widest: []string{words.Rate(888), words.Rate(888.8e6)}, Leaves: 1},
			widgets.Figure{Widest: []string{leftOf(888), leftOf(888.8e6)}},
			widgets.Figure{Widest: []string{words.ETA(22*time.Hour + 20*time.Minute)}, Leaves: 2},
		),
		limit: widgets.NewSmallButton(theme.IconSpeed, hints, actions.openLimits),
		link:  widget.NewLabel(""), sign: widget.NewIcon(nil),
		speed: &curve{}, shown: connections,
	}
	f.link.SizeName = fynetheme.SizeNameCaptionText
	f.graph.Hide()
	sign := container.NewCenter(container.NewGridWrap(fyne.NewSquareSize(theme.Size(theme.SizeMark)), f.sign))
	right := container.NewHBox(container.NewCenter(f.limit), sign, f.link)
	f.content = container.New(&footerLine{f.limit}, f.graph, f.figures, right)
	return f
}

func leftOf(bytes int64) string {
	return words.Say("footer.left", words.Data{"Size": words.Size(bytes)})
}

// show brings the footer to the state of the snapshot, and to what the settings say
// of how fast uploads may be.
func (f *footer) show(s *uploader.Snapshot, so uploader.Settings, now time.Time) {
	rate, left, eta := "", "", ""
	if s.Totals.Left > 0 {
		eta = words.ETA(s.Totals.ETA)
		left = leftOf(s.Totals.Left)
	}
	f.showSpeed(s, now)
	if f.graph.Visible() {
		rate = cmp.Or(words.Rate(s.Totals.Rate), widgets.Kept)
	}
	f.figures.Set(rate, left, eta)
	f.showLimit(s, so, now)
	f.showLink(s)
}

// showSpeed draws the curve of the last seconds, as long as something moves: what is
// only read or asked about has no speed.
func (f *footer) showSpeed(s *uploader.Snapshot, now time.Time) {
	if s.Totals.Active == 0 {
		f.speed = &curve{}
	} else {
		f.speed.add(s.Totals.Rate, now)
	}
	if moves := slices.ContainsFunc(f.speed.samples, func(rate float64) bool { return rate > 0 }); moves != f.graph.Visible() {
		draw.SetVisible(f.graph, moves)
		f.content.Refresh()
	}
	f.graph.Set(f.speed.samples)
}

func (f *footer) showLimit(s *uploader.Snapshot, so uploader.Settings, now time.Time) {
	text, tone := regimeOf(s, so, now)
	if text != f.limit.Text() {
		f.limit.Set(text, tone)
		f.content.Refresh()
	}
}

func (f *footer) showLink(s *uploader.Snapshot) {
	if c := connectionOf(s); c != f.shown {
		f.shown = c
		f.link.SetText(words.Say("footer." + c.String()))
		f.sign.SetResource(theme.Tinted(c.icon(), c.tone().Color()))
		f.content.Refresh()
	}
}

// footerLine lays out a footer: at the left the curve, where there is room, and
// the figures; at the right the rest, of which the limit does without its words
// where the figures would have no room.
type footerLine struct{ limit *widgets.SmallButton }

func (l *footerLine) MinSize(objects []fyne.CanvasObject) fyne.Size {
	figures, right := objects[1].MinSize(), objects[2].MinSize()
	return fyne.NewSize(figures.Width+theme.Grid(20), max(figures.Height, right.Height))
}

func (l *footerLine) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	graph, figures, right := objects[0], objects[1], objects[2]
	l.limit.SetCompact(false)
	if figures.MinSize().Width+right.MinSize().Width+theme.Grid(7) > size.Width {
		l.limit.SetCompact(true)
	}
	x, end := theme.Grid(3), size.Width-theme.Grid(2)-right.MinSize().Width
	right.Resize(fyne.NewSize(right.MinSize().Width, size.Height))
	right.Move(fyne.NewPos(end, 0))
	room := graph.MinSize()
	if roomy := end-x > room.Width+figures.(*widgets.Figures).Width()+theme.Grid(4); roomy && graph.Visible() {
		graph.Resize(room)
		graph.Move(fyne.NewPos(x, (size.Height-room.Height)/2))
		x += room.Width + theme.Grid(2)
	} else {
		graph.Resize(fyne.NewSize(0, 0))
	}
	figures.Resize(fyne.NewSize(max(end-x-theme.Grid(2), 0), size.Height))
	figures.Move(fyne.NewPos(x, 0))
}

// connection is how the way to the servers is.
type connection uint8

const (
	ready connection = iota
	connected
	unreachable
	offline
	connections
)

func (c connection) String() string {
	return [...]string{"ready", "connected", "unreachable", "offline"}[c]
}

// connectionOf judges by what the transfers go through: nothing is asked of the
// network only to know.
func connectionOf(s *uploader.Snapshot) connection {
	count := s.Totals.Count
	switch {
	case count[uploader.StateUploading] > 0, s.Totals.Active > 0 && s.Totals.Rate >= 1: // also between two small files
		return connected
	case count[uploader.StateOffline] > 0:
		return offline
	case count[uploader.StateRetrying] > 0:
		return unreachable
	default:
		return ready
	}
}

func (c connection) icon() theme.IconName {
	switch c {
	case offline:
		return theme.IconOffline
	case unreachable:
		return theme.IconRetry
	default:
		return theme.IconOnline
	}
}

func (c connection) tone() theme.Tone {
	switch c {
	case connected:
		return theme.Success
	case offline, unreachable:
		return theme.Warning
	default:
		return theme.Muted
	}
}
