package widgets_test

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/internal/widgettest"
	"github.com/ferryapp/ferry/widgets/list"
	"github.com/ferryapp/ferry/widgets/theme"
)

// button is a button of a row.
type button interface {
	desktop.Mouseable
	fyne.Tappable
}

// cancelOrRemove is a row with one button below the pointer, whose action it replaces.
type cancelOrRemove struct {
	*widgets.Row
	done   []string // the actions performed
	now    time.Time
	button button
}

func newCancelOrRemove(t *testing.T) *cancelOrRemove {
	widgettest.SetTheme(t, theme.Light)
	r := &cancelOrRemove{now: time.Unix(0, 0)}
	r.Row, _ = newRow(t, oneAction("cancel"), 960)
	r.OnAction = func(id string) { r.done = append(r.done, "uploading: "+id) }
	r.SetClock(func() time.Time { return r.now })
	r.SetState(list.RowState{Hovered: true, Pointer: fyne.NewPos(932, 30)})
	for _, object := range test.LaidOutObjects(r.Row) {
		if b, ok := object.(button); ok && object.Visible() {
			r.button = b
		}
	}
	if r.button == nil {
		t.Fatal("no button")
	}
	return r
}

func oneAction(id string) widgets.RowModel {
	model := done()
	model.Actions = []widgets.Action{{ID: id, Icon: theme.IconCancel, Label: id}}
	return model
}

// finish replaces Cancel by Remove, as when the upload is done.
func (r *cancelOrRemove) finish() {
	r.SetModel(oneAction("remove"))
	r.OnAction = func(id string) { r.done = append(r.done, "done: "+id) }
}

func (r *cancelOrRemove) press() {
	r.button.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary})
}

func TestTapDoesWhatTheButtonShowedWhenPressed(t *testing.T) {
	cases := []struct {
		name string
		do   func(r *cancelOrRemove)
		want string
	}{
		{"unchanged", func(r *cancelOrRemove) { r.press() }, "uploading: cancel"},
		{"changed between press and release", func(r *cancelOrRemove) { r.press(); r.finish() }, "uploading: cancel"},
		{"changed just before the press", func(r *cancelOrRemove) { r.finish(); r.now = r.now.Add(100 * time.Millisecond); r.press() }, "uploading: cancel"},
		{"changed long before the press", func(r *cancelOrRemove) { r.finish(); r.now = r.now.Add(time.Second); r.press() }, "done: remove"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := newCancelOrRemove(t)
			c.do(r)
			r.button.Tapped(nil)
			if len(r.done) != 1 || r.done[0] != c.want {
				t.Errorf("done %q, want %q", r.done, c.want)
			}
		})
	}
}

func TestTooltipClosesWhenItsButtonChanges(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	hovered := list.RowState{Hovered: true, Pointer: fyne.NewPos(932, 30)}
	cases := []struct {
		name   string
		change func(row *widgets.Row)
		want   string
	}{
		{"same button", func(row *widgets.Row) { row.SetModel(oneAction("cancel")) }, "cancel"},
		{"other action", func(row *widgets.Row) { row.SetModel(oneAction("remove")) }, ""},
		{"no button", func(row *widgets.Row) { m := done(); m.Actions = nil; row.SetModel(m) }, ""},
		{"pointer is no longer over the row", func(row *widgets.Row) { row.SetState(list.RowState{}) }, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tooltips, timers := newTooltips()
			row := widgets.NewRow()
			row.Tooltips = tooltips
			row.SetModel(oneAction("cancel"))
			widgettest.Show(t, row, 960, row.MinSize().Height)
			row.SetState(hovered)
			timers.fire[len(timers.fire)-1]()
			if got := tooltips.Text(); got != "cancel" {
				t.Fatalf("tooltip %q", got)
			}
			c.change(row)
			if got := tooltips.Text(); got != c.want {
				t.Errorf("tooltip %q, want %q", got, c.want)
			}
		})
	}
}
