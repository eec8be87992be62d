package widgets_test

import (
	"slices"
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

// removable is a list of rows with one button each, which removes the row.
type removable struct {
	*list.View
	window fyne.Window
	rows   []int64
	now    time.Time
	at     fyne.Position // of the pointer
	keep   bool          // the buttons are recorded in done and remove nothing
	done   []int64
}

func newRemovable(t *testing.T, rows ...int64) *removable {
	widgettest.SetTheme(t, theme.Light)
	r := &removable{rows: rows, now: time.Unix(0, 0)}
	r.View = list.New(r, func() fyne.CanvasObject {
		row := widgets.NewRow()
		row.SetClock(func() time.Time { return r.now })
		return row
	})
	r.window = widgettest.Show(t, r.View, 960, 6*theme.Size(theme.SizeRow))
	r.Refresh()
	return r
}

func (r *removable) Len() int       { return len(r.rows) }
func (r *removable) ID(i int) int64 { return r.rows[i] }

func (r *removable) Bind(i int, object fyne.CanvasObject) {
	row, id := object.(*widgets.Row), r.rows[i]
	model := oneAction("remove")
	model.Actions[0].Prominent = true // visible although the pointer is elsewhere
	row.SetModel(model)
	row.OnAction = func(string) {
		r.done = append(r.done, id)
		if !r.keep {
			r.remove(id)
		}
	}
}

func (r *removable) remove(id int64) {
	r.rows = slices.DeleteFunc(r.rows, func(other int64) bool { return other == id })
	r.Refresh()
}

// point moves the pointer over the button of the row at a line.
func (r *removable) point(line int) {
	r.move(fyne.NewPos(932, (float32(line)+0.5)*theme.Size(theme.SizeRow)))
}

func (r *removable) move(at fyne.Position) {
	r.at = at
	e := &desktop.MouseEvent{}
	e.Position = at
	r.MouseMoved(e)
}

// click presses and releases the button below the pointer, if there is one.
func (r *removable) click() {
	driver := fyne.CurrentApp().Driver()
	for _, object := range test.LaidOutObjects(r.View) {
		b, isButton := object.(button)
		if !isButton || !object.Visible() {
			continue
		}
		at := r.at.Subtract(driver.AbsolutePositionForObject(object))
		if at.X >= 0 && at.Y >= 0 && at.X < object.Size().Width && at.Y < object.Size().Height {
			b.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary})
			b.Tapped(nil)
			return
		}
	}
}

// leave makes the list not know of the pointer, as while a message is above it.
func (r *removable) leave() { r.MouseOut() }

// scroll scrolls down like the mouse wheel.
func (r *removable) scroll(distance float32) {
	for _, object := range test.LaidOutObjects(r.View) {
		if s, ok := object.(fyne.Scrollable); ok {
			s.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -distance)})
			return
		}
	}
}

func (r *removable) wait(d time.Duration) { r.now = r.now.Add(d) }

// TestClickHitsNoRowThatCameBelowThePointer checks what the buttons do when the rows move below
// a pointer at rest.
func TestClickHitsNoRowThatCameBelowThePointer(t *testing.T) {
	const soon, later = 100 * time.Millisecond, time.Second
	cases := []struct {
		name string
		do   func(r *removable)
		want []int64 // the rows whose buttons acted
	}{
		{"double click on the button that removes its row", func(r *removable) { r.click(); r.wait(soon); r.click() }, []int64{2}},
		{"three clicks in a row", func(r *removable) { r.click(); r.wait(soon); r.click(); r.wait(soon); r.click() }, []int64{2}},
		{"the hand moves a little during a double click", func(r *removable) {
			r.click()
			r.wait(soon)
			r.move(r.at.AddXY(2, -1))
			r.click()
		}, []int64{2}},
		{"row below the pointer goes just before the click", func(r *removable) { r.remove(2); r.wait(soon); r.click() }, nil},
		{"row below the pointer went long before the click", func(r *removable) { r.remove(2); r.wait(later); r.click() }, []int64{3}},
		{"pointer moves within the row that came", func(r *removable) {
			r.remove(2)
			r.wait(soon)
			r.move(r.at.AddXY(8, 0))
			r.click()
		}, []int64{3}},
		{"pointer moves to another row", func(r *removable) { r.click(); r.wait(soon); r.point(3); r.click() }, []int64{2, 5}},
		{"the user scrolls a row below the pointer", func(r *removable) {
			r.scroll(theme.Size(theme.SizeRow))
			r.wait(soon)
			r.click()
		}, []int64{3}},
		{"what was above the row is closed by the first click of a double click", func(r *removable) { r.leave(); r.click() }, nil},
		{"a second click after what was above the row", func(r *removable) { r.leave(); r.click(); r.wait(later); r.click() }, []int64{2}},
		{"the pointer moves after what was above the row", func(r *removable) {
			r.leave()
			r.click()
			r.wait(soon)
			r.move(r.at.AddXY(8, 0))
			r.wait(later)
			r.click()
		}, []int64{2}},
		{"double click on a button that stays", func(r *removable) { r.keep = true; r.click(); r.wait(soon); r.click() }, []int64{2}},
		{"two clicks on a button that stays", func(r *removable) { r.keep = true; r.click(); r.wait(later); r.click() }, []int64{2, 2}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := newRemovable(t, 1, 2, 3, 4, 5, 6, 7, 8, 9)
			r.point(1)
			c.do(r)
			if !slices.Equal(r.done, c.want) {
				t.Errorf("the buttons of rows %d acted, want %d", r.done, c.want)
			}
		})
	}
}
