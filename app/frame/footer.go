package frame

import (
	"cmp"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Footer is the bar below the list: the total speed, the limit, and the state of the
// connection to the servers. It must be used on the UI goroutine.
type Footer struct {
	Content         fyne.CanvasObject
	graph           *widgets.SpeedGraph
	figures         *widgets.Figures
	Limit           *widgets.SmallButton
	WhenDone        *widgets.SmallButton
	connectionLabel *widget.Label
	connectionIcon  *widget.Icon

	speed      *view.Speed
	connection connection
	canvas     fyne.Canvas
	actions    FooterActions
}

// FooterActions are the actions of the footer's menu.
type FooterActions struct {
	Limit        func() int64 // of all uploads together, in bytes per second; 0 for none
	SetLimit     func(int64)
	OpenSettings func()

	WhenDone    func() settings.DoneAction // what follows when all uploads are done
	SetWhenDone func(settings.DoneAction)  // for this round
	Program     func() string              // the path of the program that may follow; "" for none
	OpenPower   func()                     // opens the setting for every round
}

// NewFooter returns a footer. Its menu opens on canvas.
func NewFooter(canvas fyne.Canvas, tooltips *widgets.Tooltips, actions FooterActions) *Footer {
	f := &Footer{
		canvas: canvas, actions: actions,
		graph: widgets.NewSpeedGraph(),
		figures: widgets.NewFigures(
			widgets.Figure{Widest: []string{words.Rate(888), words.Rate(888.8e6)}, HideOrder: 1},
			widgets.Figure{Widest: []string{bytesLeft(888), bytesLeft(888.8e6)}},
			widgets.Figure{Widest: []string{words.ETA(22*time.Hour + 20*time.Minute)}, HideOrder: 2},
		),
		connectionLabel: widget.NewLabel(""), connectionIcon: widget.NewIcon(nil),
		speed: &view.Speed{}, connection: numConnections,
	}
	f.Limit = widgets.NewSmallButton(theme.IconSpeed, tooltips, f.OpenLimits)
	f.WhenDone = widgets.NewSmallButton(theme.IconQuit, tooltips, f.OpenWhenDone)
	f.connectionLabel.SizeName = fynetheme.SizeNameCaptionText
	f.graph.Hide()
	icon := container.NewCenter(container.NewGridWrap(fyne.NewSquareSize(theme.Size(theme.SizeMark)), f.connectionIcon))
	right := container.NewHBox(container.NewCenter(f.WhenDone), container.NewCenter(f.Limit), icon, f.connectionLabel)
	f.Content = container.New(&footerLayout{f}, f.graph, f.figures, right)
	return f
}

func bytesLeft(bytes int64) string {
	return words.Text("footer.left", words.Data{"Size": words.Size(bytes)})
}

// Show shows a snapshot, and the limit of the settings that applies now.
func (f *Footer) Show(s *uploader.Snapshot, transfers uploader.Settings, now time.Time) {
	rate, left, eta := "", "", ""
	if s.Totals.Left > 0 {
		eta = words.ETA(s.Totals.ETA)
		left = bytesLeft(s.Totals.Left)
	}
	f.showSpeed(s, now)
	if f.graph.Visible() {
		rate = cmp.Or(words.Rate(s.Totals.Rate), widgets.Blank)
	}
	f.figures.Set(rate, left, eta)
	f.showLimit(s, transfers, now)
	f.showWhenDone()
	f.showConnection(s)
}

// showSpeed draws the speeds of the last minutes while bytes are being sent. Transfers
// that read files or check servers are active too, but have no speed.
func (f *Footer) showSpeed(s *uploader.Snapshot, now time.Time) {
	if s.Totals.Active == 0 {
		f.speed = &view.Speed{}
	} else {
		f.speed.Add(s.Totals.Rate, now)
	}
	if sending := slices.ContainsFunc(f.speed.Samples, func(rate float64) bool { return rate > 0 }); sending != f.graph.Visible() {
		draw.SetVisible(f.graph, sending)
		f.Content.Refresh()
	}
	f.graph.Set(f.speed.Samples)
}

func (f *Footer) showLimit(s *uploader.Snapshot, transfers uploader.Settings, now time.Time) {
	text, tone := view.LimitNow(s, transfers, now)
	if text != f.Limit.Text() {
		f.Limit.Set(text, tone)
		f.Content.Refresh()
	}
}

func (f *Footer) showWhenDone() {
	text, tone := view.WhenDoneNow(f.actions.WhenDone())
	if text != f.WhenDone.Text() {
		f.WhenDone.Set(text, tone)
		f.Content.Refresh()
	}
}

func (f *Footer) showConnection(s *uploader.Snapshot) {
	if c := connectionOf(s); c != f.connection {
		f.connection = c
		f.connectionLabel.SetText(words.Text("footer." + c.String()))
		f.connectionIcon.SetResource(theme.Tinted(c.icon(), c.tone().Color()))
		f.Content.Refresh()
	}
}

// footerLayout lays out a footer: the graph at the left if it fits, then the figures, and
// the rest at the right. The buttons lose their texts if the figures need the space; the one
// for what follows has none while nothing does.
type footerLayout struct{ footer *Footer }

func (l *footerLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	figures, right := objects[1].MinSize(), objects[2].MinSize()
	return fyne.NewSize(figures.Width+theme.Grid(20), max(figures.Height, right.Height))
}

func (l *footerLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	graph, figures, right := objects[0], objects[1], objects[2]
	whenDone, limit := l.footer.WhenDone, l.footer.Limit
	whenDone.SetCompact(l.footer.actions.WhenDone() == settings.DoneNothing)
	limit.SetCompact(false)
	for _, button := range []*widgets.SmallButton{limit, whenDone} {
		if figures.MinSize().Width+right.MinSize().Width+theme.Grid(7) > size.Width {
			button.SetCompact(true)
		}
	}
	x, end := theme.Grid(3), size.Width-theme.Grid(2)-right.MinSize().Width
	right.Resize(fyne.NewSize(right.MinSize().Width, size.Height))
	right.Move(fyne.NewPos(end, 0))
	graphSize := graph.MinSize()
	if fits := end-x > graphSize.Width+figures.(*widgets.Figures).Width()+theme.Grid(4); fits && graph.Visible() {
		graph.Resize(graphSize)
		graph.Move(fyne.NewPos(x, (size.Height-graphSize.Height)/2))
		x += graphSize.Width + theme.Grid(2)
	} else {
		graph.Resize(fyne.NewSize(0, 0))
	}
	figures.Resize(fyne.NewSize(max(end-x-theme.Grid(2), 0), size.Height))
	figures.Move(fyne.NewPos(x, 0))
}

// connection is the state of the connection to the servers.
type connection uint8

const (
	ready connection = iota
	connected
	unreachable
	offline
	numConnections
)

func (c connection) String() string {
	return [...]string{"ready", "connected", "unreachable", "offline"}[c]
}

// connectionOf derives the state from the transfers of a snapshot.
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
