package preferences

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// defaultSpan is what a new line of the schedule says first: working hours, and
// most of the line left to others.
var defaultSpan = uploader.Span{Days: workdays, From: 8 * time.Hour, Until: 18 * time.Hour, Limit: 1e6}

// The days that are offered together, from Sunday.
var (
	everyDay = [7]bool{true, true, true, true, true, true, true}
	workdays = [7]bool{1: true, 2: true, 3: true, 4: true, 5: true}
	weekend  = [7]bool{0: true, 6: true}
)

// scheduleControl is the week's hours with limits of their own, a line for each
// span, and a button for another one.
type scheduleControl struct {
	form.Host
	content      *dialog.Flow
	add          *form.Button
	spans        uploader.Schedule // as shown
	spanControls []*spanControl
	shown        bool

	changed func() // after a person changed spans
}

// schedule is the field of the week's hours.
func (f *sectionForm) schedule() {
	c := &scheduleControl{Host: f.Host, content: dialog.NewFlow()}
	c.add = form.NewButton(f.Host, words.Text("settings.schedule.add"), theme.Icon(theme.IconAdd), c.addSpan)
	c.changed = func() {
		spans := slices.Clone(c.spans)
		f.book.Update(func(s *settings.Settings) { s.Transfers.Schedule = spans })
		f.relayout()
	}
	f.scheduleControl = c
	f.wide("schedule", c.content)
	f.onShow(func(s settings.Settings) { c.show(s.Transfers.Schedule) })
}

// show has a schedule shown, unless it is.
func (c *scheduleControl) show(spans uploader.Schedule) {
	if c.shown && slices.Equal(c.spans, spans) {
		return
	}
	c.spans = slices.Clone(spans)
	c.spanControls, c.shown = nil, true
	var lines [][]fyne.CanvasObject
	for i, span := range c.spans {
		line := newSpanControl(c.Host, span, func(span uploader.Span) { c.spans[i] = span; c.changed() }, func() { c.removeSpan(i) })
		c.spanControls = append(c.spanControls, line)
		lines = append(lines, line.parts...)
	}
	c.content.SetLines(append(lines, []fyne.CanvasObject{c.add})...)
}

func (c *scheduleControl) addSpan() {
	c.show(append(slices.Clone(c.spans), defaultSpan))
	c.changed()
}

func (c *scheduleControl) removeSpan(i int) {
	c.show(slices.Delete(slices.Clone(c.spans), i, i+1))
	c.changed()
}

// spanControl is one line of the schedule.
type spanControl struct {
	parts  [][]fyne.CanvasObject // line by line
	span   uploader.Span
	days   *form.Select
	from   *form.Select
	until  *form.Select
	kind   *form.Select
	rate   *form.RateField
	remove *form.Button
}

// What happens in a span, in the order it is offered.
const (
	spanNothing = iota
	spanAtMost
	spanFree
)

func newSpanControl(r form.Host, span uploader.Span, changed func(uploader.Span), removed func()) *spanControl {
	c := &spanControl{span: span, rate: form.NewRateField(r)}
	edit := func(how func()) { how(); changed(c.span) }
	days, labels := dayOptions(span.Days)
	c.days = form.NewSelect(r, labels, func(i int) { edit(func() { c.span.Days = days[i] }) })
	c.days.ShowIndex(slices.Index(days, span.Days))
	c.from = newTimeSelection(r, span.From, func(at time.Duration) { edit(func() { c.span.From = at }) })
	c.until = newTimeSelection(r, span.Until%day, func(at time.Duration) { edit(func() { c.span.Until = at }) })
	c.kind = form.NewSelect(r, []string{
		words.Text("settings.schedule.nothing"), words.Text("settings.schedule.at-most"), words.Text("settings.schedule.free"),
	}, func(what int) { edit(func() { c.setKind(what) }) })
	c.remove = form.NewButton(r, "", theme.Icon(theme.IconRemove), removed)
	c.remove.Importance = widget.LowImportance
	c.rate.Changed = func(rate int64, good bool) {
		if good && rate > 0 {
			edit(func() { c.span.Limit = rate })
		}
	}
	c.showLimit()
	c.parts = [][]fyne.CanvasObject{
		{c.days, layout.NewSpacer(), c.remove},
		{c.from, widget.NewLabel("–"), c.until},
		{c.kind, c.rate.Number, c.rate.Unit},
		{widget.NewSeparator()},
	}
	return c
}

// setKind changes what happens in the span.
func (c *spanControl) setKind(what int) {
	c.span.Limit = [...]int64{spanNothing: uploader.SendNothing, spanAtMost: defaultSpan.Limit, spanFree: 0}[what]
	c.showLimit()
}

func (c *spanControl) showLimit() {
	what := spanAtMost
	switch c.span.Limit {
	case uploader.SendNothing:
		what = spanNothing
	case 0:
		what = spanFree
	}
	c.kind.ShowIndex(what)
	c.rate.ShowRate(c.span.Limit)
	form.SetVisible(what == spanAtMost, c.rate.Number, c.rate.Unit)
}

// newTimeSelection chooses a time of day.
func newTimeSelection(r form.Host, at time.Duration, changed func(time.Duration)) *form.Select {
	const step = 30 * time.Minute
	var times []time.Duration
	for t := time.Duration(0); t < day; t += step {
		times = append(times, t)
	}
	index, found := slices.BinarySearch(times, at)
	if !found {
		times = slices.Insert(times, index, at)
	}
	labels := make([]string, len(times))
	for i, t := range times {
		labels[i] = fmt.Sprintf("%02d:%02d", int(t.Hours()), int(t.Minutes())%60)
	}
	s := form.NewSelect(r, labels, func(i int) { changed(times[i]) })
	s.ShowIndex(index)
	return s
}

// dayOptions are the days that can be chosen, with the ones there are.
func dayOptions(now [7]bool) (days [][7]bool, labels []string) {
	offer := func(d [7]bool, label string) { days, labels = append(days, d), append(labels, label) }
	offer(everyDay, words.Text("settings.days.every"))
	offer(workdays, words.Text("settings.days.work"))
	offer(weekend, words.Text("settings.days.weekend"))
	for i := range 7 {
		weekday := (i + 1) % 7 // weeks are read from Monday on
		var one [7]bool
		one[weekday] = true
		offer(one, weekdayName(weekday))
	}
	if !slices.Contains(days, now) {
		offer(now, dayNames(now))
	}
	return days, labels
}

// dayNames are some days one by one.
func dayNames(days [7]bool) string {
	var names []string
	for i := range 7 {
		if weekday := (i + 1) % 7; days[weekday] {
			names = append(names, weekdayName(weekday))
		}
	}
	if len(names) == 0 {
		return words.Text("settings.days.none")
	}
	return strings.Join(names, words.Text("list.comma"))
}

func weekdayName(weekday int) string {
	return words.Text("settings.day." + strings.ToLower(time.Weekday(weekday).String()))
}
