package app

import (
	"context"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// What is larger than this is asked about before it is added. It is more than a
// person adds by the way, and a slip of the mouse away.
const (
	manyFiles = 10_000
	manyBytes = 100_000_000_000
)

// surveyPatience is how long adding may wait to learn how much it is. A drive that
// takes longer is added from without a question.
const surveyPatience = 2 * time.Second

// survey counts what would be added. Its counts may be read from any goroutine.
type survey struct {
	files atomic.Int64
	bytes atomic.Int64
	over  chan struct{} // closed when all is counted, or counting was stopped
	large chan struct{} // closed when it is much
}

// run counts what lies at and below the paths, until ctx ends.
func (v *survey) run(ctx context.Context, paths []string, options source.Options) {
	defer close(v.over)
	large := false
	for found, err := range (source.Disk{}).Expand(ctx, paths, options) {
		if err != nil {
			continue
		}
		v.files.Add(1)
		v.bytes.Add(found.Size)
		if !large && v.much() {
			large = true
			close(v.large)
		}
	}
}

func newSurvey() *survey { return &survey{over: make(chan struct{}), large: make(chan struct{})} }

func (v *survey) much() bool { return v.files.Load() > manyFiles || v.bytes.Load() > manyBytes }

// sentence says how much it is, as far as is known.
func (v *survey) sentence() string {
	so := words.Join(words.Files(int(v.files.Load())), words.Size(v.bytes.Load()))
	select {
	case <-v.over:
		return so
	default:
		return words.Say("preview.counting", words.Data{"So": so})
	}
}

// title is the dialog's title. It names the number of files once all are counted.
func (v *survey) title() string {
	select {
	case <-v.over:
		return words.Count("preview.title", int(v.files.Load()))
	default:
		return words.Say("preview.title.counting")
	}
}

// surveyed counts paths, and goes on as soon as it is known that they are not
// much; otherwise the person is asked meanwhile. It is called beside the UI.
func (f *ferry) surveyed(ctx context.Context, server uploader.ServerID, paths []string, add func()) {
	chosen := f.config.Settings.Get().Transfers
	options := source.Options{Ignore: chosen.Ignore, Hidden: chosen.Hidden, FollowFolders: chosen.Links}
	ctx, cancel := context.WithCancel(ctx)
	v := newSurvey()
	f.errands.group.Go(func() { v.run(ctx, paths, options) })
	patience := time.NewTimer(f.system.surveyed)
	defer patience.Stop()
	select {
	case <-v.large:
	case <-v.over:
	case <-patience.C:
	}
	if v.much() {
		f.errands.post(func() { f.preview(v, server, cancel, add) })
		return
	}
	cancel()
	add()
}

// previewEvery is how often the counts are brought up to date.
const previewEvery = 250 * time.Millisecond

// preview asks whether to add so much, while it is counted.
func (f *ferry) preview(v *survey, to uploader.ServerID, stop context.CancelFunc, add func()) {
	if !f.window.visible {
		f.open()
	}
	server, known := f.snapshot().Server(to)
	if !known {
		server = uploader.Server{ID: to}
	}
	amount := dialog.NewParagraph(v.sentence())
	var box *dialog.Dialog
	leave := func() { box.Hide() }
	accept := newChoice(words.Say("preview.accept"), func() { leave(); add() }, leave)
	accept.Importance = widget.HighImportance
	cancel := newChoice(words.Say("cancel"), leave, leave)
	where := dialog.NewParagraph("")
	where.Say(words.Say("preview.to", words.Data{"Server": words.Server(server)}), theme.Muted)
	box = dialog.New(f.window.window.Canvas(), v.title(), dialog.NewPage(amount, where), layout.NewSpacer(), cancel, accept)
	box.OnClosed = stop
	box.SetSize(fyne.NewSize(theme.Grid(questionWidth), 0))
	f.present(box)
	f.window.window.Canvas().Focus(accept)
	f.errands.run(func(ctx context.Context) {
		tick := time.NewTicker(previewEvery)
		defer tick.Stop()
		for counted := false; !counted; {
			select {
			case <-ctx.Done():
				return
			case <-v.over:
				counted = true
			case <-tick.C:
			}
			f.errands.post(func() { amount.SetText(v.sentence()) })
		}
	})
}
