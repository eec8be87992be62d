package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/theme"
)

// footer is the line under the list: how all of it moves, and whether the
// servers can be reached.
type footer struct {
	content fyne.CanvasObject
	totals  *widget.Label
	link    *widget.Label
	sign    *widget.Icon
	shown   connection
}

func newFooter() *footer {
	f := &footer{totals: widget.NewLabel(""), link: widget.NewLabel(""), sign: widget.NewIcon(nil), shown: connections}
	f.totals.Truncation = fyne.TextTruncateEllipsis
	for _, label := range []*widget.Label{f.totals, f.link} {
		label.SizeName = fynetheme.SizeNameCaptionText
	}
	sign := container.NewCenter(container.NewGridWrap(fyne.NewSquareSize(theme.Size(theme.SizeMark)), f.sign))
	side := theme.Grid(2)
	line := container.NewBorder(nil, nil, nil, container.NewHBox(sign, f.link), f.totals)
	f.content = container.New(layout.NewCustomPaddedLayout(0, 0, side, side), line)
	return f
}

func (f *footer) show(s *uploader.Snapshot) {
	totals := ""
	if s.Totals.Pending > 0 {
		left := words.Say("footer.left", words.Data{"Size": words.Size(s.Totals.Left)})
		totals = words.Join(words.Rate(s.Totals.Rate), left, words.ETA(s.Totals.ETA))
	}
	if f.totals.Text != totals {
		f.totals.SetText(totals)
	}
	if c := connectionOf(s); c != f.shown {
		f.shown = c
		f.link.SetText(words.Say("footer." + c.String()))
		f.sign.SetResource(theme.Tinted(c.icon(), c.tone().Color()))
	}
}

// connection is how the way to the servers is.
type connection uint8

const (
	ready connection = iota
	connected
	retrying
	offline
	connections
)

func (c connection) String() string {
	return [...]string{"ready", "connected", "retrying", "offline"}[c]
}

// connectionOf judges by what the transfers go through: nothing is asked of the
// network only to know.
func connectionOf(s *uploader.Snapshot) connection {
	count := s.Totals.Count
	switch {
	case count[uploader.StateUploading] > 0:
		return connected
	case count[uploader.StateOffline] > 0:
		return offline
	case count[uploader.StateRetrying] > 0:
		return retrying
	default:
		return ready
	}
}

func (c connection) icon() theme.IconName {
	switch c {
	case offline:
		return theme.IconOffline
	case retrying:
		return theme.IconRetry
	default:
		return theme.IconOnline
	}
}

func (c connection) tone() theme.Tone {
	switch c {
	case connected:
		return theme.Success
	case offline, retrying:
		return theme.Warning
	default:
		return theme.Muted
	}
}
