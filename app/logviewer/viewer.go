// Package logviewer implements a dialog that shows a text file of the profile, such as the
// log: the newest lines at the end, with a search and a filter by level. It reads the file
// from its end, page by page, and keeps a limited number of lines. What is in the file is
// data: control characters are not shown.
package logviewer

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

const (
	// maxLines is how many lines are kept.
	maxLines = 20_000
	// maxCopied is how many lines are copied, the last ones.
	maxCopied = 5_000
	// interval is how often the file is read while the dialog is open.
	interval = time.Second
)

// Config configures a viewer.
type Config struct {
	Dialogs *form.Dialogs
	Run     func(func(context.Context)) // runs a function that may block on another goroutine
	Post    func(func())                // runs a function on the UI goroutine
	Copy    func(text string)
	Reveal  func(path string) // shows the file in its folder
	Log     *slog.Logger
}

// viewer is the dialog for one file. It must be used on the UI goroutine.
type viewer struct {
	config  Config
	tail    *tail         // used by one task at a time
	turn    chan struct{} // holds a value while a task may use tail
	lines   []line        // the newest last
	level   slog.Level    // of the least severe lines that are shown
	search  string        // in lower case
	matches []int         // the indexes of the lines that are shown, ascending
	chosen  int           // the index of the selected line; negative for none
	follow  bool          // keep the last line in view

	box     *dialog.Dialog
	list    *widget.List
	body    *fyne.Container
	below   *container.Scroll // full, while a line is selected
	full    *widget.Label     // the selected line
	older   *form.DialogButton
	nothing *widget.Label
	closed  context.CancelFunc
}

// levels are the choices of the filter.
var levels = []slog.Level{slog.LevelDebug, slog.LevelWarn, slog.LevelError}

// ShowLog shows a log in a dialog, and the lines that are added to it.
func ShowLog(config Config, title, path string) { open(config, title, path, true) }

// ShowFile shows a file without levels, such as a crash report, in a dialog.
func ShowFile(config Config, title, path string) { open(config, title, path, false) }

func open(config Config, title, path string, isLog bool) *viewer {
	v := &viewer{config: config, tail: &tail{path: path}, turn: make(chan struct{}, 1), level: levels[0], chosen: -1, follow: isLog, closed: func() {}}
	v.turn <- struct{}{}
	hide := func() { v.box.Hide() }
	host := form.Host{Close: hide, Reveal: func(fyne.CanvasObject) {}}
	search := form.NewEntry(host, 30, func(text string) { v.search = strings.ToLower(text); v.filter() })
	search.SetPlaceHolder(words.Text("log.search"))
	filter := form.NewSelect(host, []string{words.Text("log.level.all"), words.Text("log.level.warnings"), words.Text("log.level.errors")}, func(i int) { v.level = levels[i]; v.filter() })
	filter.ShowIndex(0)
	follow := form.NewCheckbox(host, v.setFollow)
	follow.Text, follow.Checked = words.Text("log.follow"), isLog
	draw.SetVisible(filter, isLog)
	draw.SetVisible(follow, isLog)

	v.list = widget.NewList(func() int { return len(v.matches) }, newLine, v.bind)
	v.list.HideSeparators = true
	v.list.OnSelected = v.showFull
	v.nothing = widget.NewLabelWithStyle(words.Text("log.empty"), fyne.TextAlignCenter, fyne.TextStyle{})
	v.full = widget.NewLabel("")
	v.full.Wrapping, v.full.Selectable, v.full.SizeName = fyne.TextWrapBreak, true, fynetheme.SizeNameCaptionText
	v.full.TextStyle.Monospace = true
	v.below = container.NewVScroll(v.full)
	v.below.SetMinSize(fyne.NewSize(0, theme.Grid(18)))
	v.below.Hide()
	top := container.NewBorder(nil, nil, nil, container.NewHBox(filter, follow), search)
	body := container.NewBorder(top, v.below, nil, nil, container.NewStack(v.list, container.NewCenter(v.nothing)))
	v.body = body

	v.older = form.NewDialogButton(words.Text("log.older"), v.readOlder, hide)
	v.older.Hide()
	closeButton := form.NewDialogButton(words.Text("settings.close"), hide, hide)
	v.box = dialog.New(config.Dialogs.Canvas(), title, body,
		form.NewDialogButton(words.Text("log.copy"), v.copy, hide), form.NewDialogButton(words.Text("log.reveal"), func() { config.Reveal(path) }, hide), v.older,
		layout.NewSpacer(), closeButton)
	v.box.SetSize(fyne.NewSize(theme.Grid(260), theme.Grid(200)))
	v.box.OnClosed = func() { v.closed() }
	config.Dialogs.Present(v.box)
	config.Dialogs.Canvas().Focus(closeButton)
	config.Run(v.watch)
	return v
}

// watch reads what is added to the file until the dialog is closed or ctx ends. It runs on
// a goroutine of its own.
func (v *viewer) watch(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	v.config.Post(func() {
		v.closed = cancel
		if !v.box.Visible() {
			cancel()
		}
	})
	ticks := time.NewTicker(interval)
	defer ticks.Stop()
	for {
		v.readNewer()
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
	}
}

// readNewer reads what was added to the file. It blocks on the disk.
func (v *viewer) readNewer() {
	<-v.turn
	defer func() { v.turn <- struct{}{} }() // after Post: what was read is shown in that order
	lines, replaced, err := v.tail.newer()
	hasOlder := v.tail.hasOlder()
	if err != nil {
		v.config.Log.Info("read file of the profile failed", "err", err)
		return
	}
	v.config.Post(func() { v.add(lines, replaced, hasOlder) })
}

// readOlder reads the page before what is shown.
func (v *viewer) readOlder() {
	v.config.Run(func(context.Context) {
		<-v.turn
		defer func() { v.turn <- struct{}{} }() // as in readNewer
		lines, err := v.tail.older()
		hasOlder := v.tail.hasOlder()
		if err != nil {
			v.config.Log.Info("read file of the profile failed", "err", err)
		}
		v.config.Post(func() { v.addOlder(lines, hasOlder) })
	})
}

// add shows lines that were added to the file. The selected line stays selected, unless it is
// no longer kept.
func (v *viewer) add(lines []line, replaced, hasOlder bool) {
	if replaced {
		v.lines, v.chosen = nil, -1
	}
	draw.SetVisible(v.older, hasOlder && len(v.lines)+len(lines) < maxLines)
	v.box.Refresh()
	if len(lines) == 0 && !replaced && len(v.lines) > 0 {
		return
	}
	v.lines = append(v.lines, lines...)
	if surplus := len(v.lines) - maxLines; surplus > 0 {
		v.lines = append([]line(nil), v.lines[surplus:]...)
		v.chosen -= surplus
	}
	v.match()
	v.keepSelection()
	v.refresh()
}

// addOlder shows lines from before those that are shown.
func (v *viewer) addOlder(lines []line, hasOlder bool) {
	v.lines = append(lines, v.lines...)
	draw.SetVisible(v.older, hasOlder && len(v.lines) < maxLines)
	v.box.Refresh()
	follow := v.follow
	v.follow = false
	v.filter()
	v.follow = follow
	v.list.ScrollToTop()
}

// filter shows the lines of the chosen level and search, none of them selected.
func (v *viewer) filter() {
	v.chosen = -1
	v.match()
	v.keepSelection()
	v.refresh()
}

// match finds the lines to show.
func (v *viewer) match() {
	v.matches = v.matches[:0]
	for i, l := range v.lines {
		if l.level >= v.level && (v.search == "" || strings.Contains(strings.ToLower(l.text), v.search)) {
			v.matches = append(v.matches, i)
		}
	}
}

// keepSelection selects the chosen line in the list, which may be at another index than
// before, or nothing.
func (v *viewer) keepSelection() {
	index, found := slices.BinarySearch(v.matches, v.chosen)
	if !found {
		v.list.UnselectAll()
		v.showBelow(false)
		return
	}
	v.list.Select(index) // does nothing if it is selected
}

// refresh shows the lines that match found.
func (v *viewer) refresh() {
	draw.SetVisible(v.nothing, len(v.matches) == 0)
	v.list.Refresh()
	if v.follow {
		v.list.ScrollToBottom()
	}
}

func (v *viewer) setFollow(on bool) {
	v.follow = on
	if on {
		v.list.ScrollToBottom()
	}
}

// showFull shows a line of the list below it, in full.
func (v *viewer) showFull(index int) {
	if index >= len(v.matches) {
		return
	}
	if v.chosen == v.matches[index] {
		return // it is shown, and may be scrolled
	}
	v.chosen = v.matches[index]
	v.full.SetText(v.lines[v.chosen].text)
	v.below.ScrollToTop()
	v.showBelow(true)
}

// showBelow shows or hides the selected line.
func (v *viewer) showBelow(visible bool) {
	if v.below.Visible() != visible {
		draw.SetVisible(v.below, visible)
		v.body.Refresh()
	}
}

// copy copies the lines that are shown, at most the last maxCopied.
func (v *viewer) copy() {
	var text strings.Builder
	for _, i := range v.matches[max(0, len(v.matches)-maxCopied):] {
		text.WriteString(v.lines[i].text + "\n")
	}
	v.config.Copy(text.String())
}

func newLine() fyne.CanvasObject {
	label := widget.NewLabel("")
	label.SizeName, label.Truncation = fynetheme.SizeNameCaptionText, fyne.TextTruncateEllipsis
	label.TextStyle.Monospace = true
	return label
}

// bind shows a line in a row of the list.
func (v *viewer) bind(index int, object fyne.CanvasObject) {
	label := object.(*widget.Label)
	if index >= len(v.matches) {
		return
	}
	l := v.lines[v.matches[index]]
	importance := widget.MediumImportance
	switch {
	case l.level >= slog.LevelError:
		importance = widget.DangerImportance
	case l.level >= slog.LevelWarn:
		importance = widget.WarningImportance
	}
	if label.Text == l.text && label.Importance == importance {
		return
	}
	label.Text, label.Importance = l.text, importance
	label.Refresh()
}
