package app

import (
	"context"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Adding more than this requires confirmation.
const (
	manyFiles = 10_000
	manyBytes = 100_000_000_000
)

// surveyTimeout is how long adding may wait for the count. If counting takes longer,
// everything is added without confirmation.
const surveyTimeout = 2 * time.Second

// survey counts what would be added. Its counts may be read from any goroutine.
type survey struct {
	files   atomic.Int64
	bytes   atomic.Int64
	done    chan struct{} // closed when everything is counted, or counting was stopped
	large   chan struct{} // closed when the counts require confirmation
	listing *uploader.Listing
}

func newSurvey() *survey { return &survey{done: make(chan struct{}), large: make(chan struct{})} }

// run counts the files at and below the paths, until ctx ends.
func (v *survey) run(ctx context.Context, followLinks bool, paths []string, options source.ScanOptions) {
	defer close(v.done)
	v.listing = uploader.NewListing(paths, options, followLinks)
	defer func() {
		if ctx.Err() == nil {
			v.listing.End(time.Now())
		}
	}()
	large := false
	for found, err := range (source.Disk{}).FollowLinks(followLinks).Scan(ctx, paths, options) {
		v.listing.Add(found, err)
		if err != nil {
			continue
		}
		v.files.Add(1)
		v.bytes.Add(found.Size)
		if !large && v.isLarge() {
			large = true
			close(v.large)
		}
	}
}

// list returns what was counted; nil until everything is.
func (v *survey) list() *uploader.Listing {
	select {
	case <-v.done:
		return v.listing
	default:
		return nil
	}
}

func (v *survey) isLarge() bool { return v.files.Load() > manyFiles || v.bytes.Load() > manyBytes }

// title returns the dialog's title. It has the number of files once all are counted.
func (v *survey) title() string {
	select {
	case <-v.done:
		return words.Count("preview.title", int(v.files.Load()))
	default:
		return words.Text("preview.title.counting")
	}
}

// text returns the counts as text.
func (v *survey) text() string {
	counts := words.Join(words.Files(int(v.files.Load())), words.Size(v.bytes.Load()))
	select {
	case <-v.done:
		return counts
	default:
		return words.Text("preview.counting", words.Data{"So": counts})
	}
}

// surveyInterval is the time between two updates of the counts in the dialog.
const surveyInterval = 250 * time.Millisecond

// follow calls update every surveyInterval until everything is counted, and then once
// more. It returns early if ctx ends.
func (v *survey) follow(ctx context.Context, update func()) {
	tick := time.NewTicker(surveyInterval)
	defer tick.Stop()
	for counted := false; !counted; {
		select {
		case <-ctx.Done():
			return
		case <-v.done:
			counted = true
		case <-tick.C:
		}
		update()
	}
}

// survey counts the files at the paths, and calls add with what it counted; nil if that was not
// everything. If they are many it asks for confirmation first. Links are followed if the
// settings say so, too. It must not be called on the UI goroutine.
func (a *adder) survey(ctx context.Context, server uploader.ServerID, paths []string, followLinks bool, add func(*uploader.Listing)) {
	chosen := a.settings.Get().Transfers
	options := source.ScanOptions{Ignore: chosen.Ignore, Hidden: chosen.IncludeHidden}
	ctx, cancel := context.WithCancel(ctx)
	v := newSurvey()
	a.bridge.Fork(func() { v.run(ctx, followLinks || chosen.FollowLinks, paths, options) })
	timeout := time.NewTimer(a.surveyTimeout)
	defer timeout.Stop()
	select {
	case <-v.large:
	case <-v.done:
	case <-timeout.C:
	}
	if v.isLarge() {
		a.bridge.Post(func() { a.confirm(v, server, cancel, add) })
		return
	}
	listing := v.list()
	cancel()
	add(listing)
}

// confirm asks whether to add the files, while they are being counted. Closing the dialog
// calls stop.
func (a *adder) confirm(v *survey, to uploader.ServerID, stop context.CancelFunc, add func(*uploader.Listing)) {
	a.showWindow()
	server, known := a.bridge.Snapshot().Server(to)
	if !known {
		server = uploader.Server{ID: to}
	}
	amount := dialog.NewParagraph(v.text())
	var box *dialog.Dialog
	hide := func() { box.Hide() }
	accept := form.NewDialogButton(words.Text("preview.accept"), func() {
		listing := v.list()
		hide()
		add(listing)
	}, hide)
	accept.Importance = widget.HighImportance
	cancel := form.NewDialogButton(words.Text("cancel"), hide, hide)
	destination := dialog.NewParagraph("")
	destination.Set(words.Text("preview.to", words.Data{"Server": words.Server(server)}), theme.Muted)
	box = dialog.New(a.dialogs.Canvas(), v.title(), dialog.NewPage(amount, destination), layout.NewSpacer(), cancel, accept)
	box.OnClosed = stop
	box.SetSize(fyne.NewSize(theme.Grid(form.QuestionWidth), 0))
	a.dialogs.Present(box)
	a.dialogs.Canvas().Focus(accept)
	a.bridge.Run(func(ctx context.Context) {
		v.follow(ctx, func() { a.bridge.Post(func() { amount.SetText(v.text()) }) })
	})
}
