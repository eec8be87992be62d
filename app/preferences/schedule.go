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

// defaultSpan is the initial value of a new span: working hours with a limit of 1 MB/s.
var defaultSpan = uploader.Span{Days: workdays, From: 8 * time.Hour, Until: 18 * time.Hour, Limit: 1e6}

// The combinations of days that can be selected. The first day is Sunday.
var (
	everyDay = [7]bool{true, true, true, true, true, true, true}
	workdays = [7]bool{1: true, 2: true, 3: true, 4: true, 5: true}
	weekend  = [7]bool{0: true, 6: true}
)

// scheduleControl edits the weekly schedule of limits. It has some lines for each span, and a
// button that adds a span.
type scheduleControl struct {
	form.Host
	content      *dialog.Flow
	add          *form.Button
	spans        uploader.Schedule // as shown
	spanControls []*spanControl
	shown        bool // show was called before

	changed func() // called after the user's changes
}

// addSchedule adds the field of the weekly schedule.
func (f *sectionForm) addSchedule() {
	c := &scheduleControl{Host: f.Host, content: dialog.NewFlow()}
	c.add = form.NewButton(f.Host, words.Text("settings.schedule.add"), theme.Icon(theme.IconAdd), c.addSpan)
	c.changed = func() {
		spans := slices.Clone(c.spans)
		f.current.Update(func(s *settings.Settings) { s.Transfers.Schedule = spans })
		f.relayout()
	}
	f.scheduleControl = c
	f.addWideField("schedule", c.content)
	f.onShow(func(s settings.Settings) { c.show(s.Transfers.Schedule) })
}

// show shows a schedule, unless it is already shown.
func (c *scheduleControl) show(spans uploader.Schedule) {
	if c.shown && slices.Equal(c.spans, spans) {
		return
	}
	c.spans = slices.Clone(spans)
	c.spanControls, c.shown = nil, true
	var lines [][]fyne.CanvasObject
	for i, span := range c.spans {
		control := newSpanControl(c.Host, span, func(span uploader.Span) { c.spans[i] = span; c.changed() }, func() { c.removeSpan(i) })
		c.spanControls = append(c.spanControls, control)
		lines = append(lines, control.lines...)
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

// spanControl edits one span of the schedule.
type spanControl struct {
	lines  [][]fyne.CanvasObject
	span   uploader.Span
	days   *form.Select
	from   *form.Select
	until  *form.Select
	kind   *form.Select
	rate   *form.RateField
	remove *form.Button
}

// The kinds of limits of a span: the indexes of the options of spanControl.kind.
const (
	spanNothing = iota
	spanLimited
	spanUnlimited
)

func newSpanControl(host form.Host, span uploader.Span, changed func(uploader.Span), removed func()) *spanControl {
	c := &spanControl{span: span, rate: form.NewRateField(host)}
	edit := func(set func()) { set(); changed(c.span) }
	days, labels := dayOptions(span.Days)
	c.days = form.NewSelect(host, labels, func(i int) { edit(func() { c.span.Days = days[i] }) })
	c.days.ShowIndex(slices.Index(days, span.Days))
	c.from = newTimeSelect(host, span.From, func(at time.Duration) { edit(func() { c.span.From = at }) })
	c.until = newTimeSelect(host, span.Until%day, func(at time.Duration) { edit(func() { c.span.Until = at }) })
	c.kind = form.NewSelect(host, []string{
		words.Text("settings.schedule.nothing"), words.Text("settings.schedule.at-most"), words.Text("settings.schedule.free"),
	}, func(kind int) { edit(func() { c.setKind(kind) }) })
	c.remove = form.NewButton(host, "", theme.Icon(theme.IconRemove), removed)
	c.remove.Importance = widget.LowImportance
	c.rate.Changed = func(rate int64, valid bool) {
		if valid && rate > 0 {
			edit(func() { c.span.Limit = rate })
		}
	}
	c.showLimit()
	c.lines = [][]fyne.CanvasObject{
		{c.days, layout.NewSpacer(), c.remove},
		{c.from, widget.NewLabel("–"), c.until},
		{c.kind, c.rate.Number, c.rate.Unit},
		{widget.NewSeparator()},
	}
	return c
}

// setKind changes the kind of the span's limit.
func (c *spanControl) setKind(kind int) {
	c.span.Limit = [...]int64{spanNothing: uploader.SendNothing, spanLimited: defaultSpan.Limit, spanUnlimited: 0}[kind]
	c.showLimit()
}

func (c *spanControl) showLimit() {
	kind := spanLimited
	switch c.span.Limit {
	case uploader.SendNothing:
		kind = spanNothing
	case 0:
		kind = spanUnlimited
	}
	c.kind.ShowIndex(kind)
	c.rate.ShowRate(c.span.Limit)
	form.SetVisible(kind == spanLimited, c.rate.Number, c.rate.Unit)
}

// newTimeSelect returns a list of times of day that includes at.
func newTimeSelect(host form.Host, at time.Duration, changed func(time.Duration)) *form.Select {
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
	s := form.NewSelect(host, labels, func(i int) { changed(times[i]) })
	s.ShowIndex(index)
	return s
}

// dayOptions returns the combinations of days that can be selected, including the current
// one.
func dayOptions(current [7]bool) (days [][7]bool, labels []string) {
	add := func(d [7]bool, label string) { days, labels = append(days, d), append(labels, label) }
	add(everyDay, words.Text("settings.days.every"))
	add(workdays, words.Text("settings.days.work"))
	add(weekend, words.Text("settings.days.weekend"))
	for i := range 7 {
		weekday := (i + 1) % 7 // the list starts with Monday
		var one [7]bool
		one[weekday] = true
		add(one, weekdayName(weekday))
	}
	if !slices.Contains(days, current) {
		add(current, dayNames(current))
	}
	return days, labels
}

// dayNames returns the names of the days, separated by commas.
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
