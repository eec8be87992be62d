package list_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/ferryapp/ferry/widgets/list"
)

// dragHarness is a list whose rows can be dragged to gaps of at least 2. Gap 4 leads to gap 5.
type dragHarness struct {
	*harness
	dragged []int64  // the row of each drag
	drops   []string // what was dropped: row and gap
	timers  []func() // that have not fired
}

func newDragHarness(t *testing.T, rows int) *dragHarness {
	h := &dragHarness{harness: newHarness(t, rows)}
	h.OnDrag = func(id int64) list.Drag {
		h.dragged = append(h.dragged, id)
		if id == 1 {
			return nil
		}
		return testDrag{h, id}
	}
	h.SetAfter(func(_ time.Duration, f func()) func() bool {
		i := len(h.timers)
		h.timers = append(h.timers, f)
		return func() bool { h.timers[i] = nil; return true }
	})
	return h
}

type testDrag struct {
	h  *dragHarness
	id int64
}

func (d testDrag) Place(gap int) (to int, ok bool) {
	if gap == 4 {
		gap = 5
	}
	return gap, gap >= 2
}

func (d testDrag) Label(ok bool) string { return fmt.Sprintf("row %d: %t", d.id, ok) }
func (d testDrag) Drop(gap int)         { d.h.drops = append(d.h.drops, fmt.Sprintf("%d to %d", d.id, gap)) }

// press presses the primary button on the row at a line.
func (h *dragHarness) press(line int) {
	h.MouseDown(h.mouse(line, desktop.MouseButtonPrimary, none))
}

// to drags to the gap above the row at a line, which is the upper edge of the row.
func (h *dragHarness) to(line int) { h.DragTo(fyne.NewPos(200, float32(line)*rowHeight+3)) }

// fire runs the timers.
func (h *dragHarness) fire() {
	timers := h.timers
	h.timers = nil
	for _, f := range timers {
		if f != nil {
			f()
		}
	}
}

func TestDrag(t *testing.T) {
	cases := []struct {
		name  string
		do    func(h *dragHarness)
		drops []string
	}{
		{"to a gap", func(h *dragHarness) { h.press(6); h.to(3); h.EndDrag() }, []string{"7 to 3"}},
		{"below the last row", func(h *dragHarness) { h.press(3); h.to(10); h.EndDrag() }, []string{"4 to 10"}},
		{"over a gap that leads to another one", func(h *dragHarness) { h.press(6); h.to(4); h.EndDrag() }, []string{"7 to 5"}},
		{"to a gap that is not allowed", func(h *dragHarness) { h.press(6); h.to(1); h.EndDrag() }, nil},
		{"away from the list", func(h *dragHarness) { h.press(6); h.DragTo(fyne.NewPos(listWidth+100, 200)); h.EndDrag() }, nil},
		{"away from the list and back", func(h *dragHarness) {
			h.press(6)
			h.DragTo(fyne.NewPos(listWidth+100, 200))
			h.to(2)
			h.EndDrag()
		}, []string{"7 to 2"}},
		{"canceled with Escape", func(h *dragHarness) { h.press(6); h.to(3); h.key(fyne.KeyEscape, none); h.to(2); h.EndDrag() }, nil},
		{"by a distance that can be a click", func(h *dragHarness) { h.press(6); h.DragTo(fyne.NewPos(24, 6*rowHeight+12)); h.EndDrag() }, nil},
		{"of a row that cannot be dragged", func(h *dragHarness) { h.press(0); h.to(5); h.EndDrag() }, nil},
		{"of a second row after one was canceled", func(h *dragHarness) {
			h.press(6)
			h.to(3)
			h.key(fyne.KeyEscape, none)
			h.EndDrag()
			h.press(7)
			h.to(3)
			h.EndDrag()
		}, []string{"8 to 3"}},
		{"while rows are inserted above, which leaves those below the pointer at their places", func(h *dragHarness) {
			h.press(6)
			h.to(3)
			h.model.rows = slices.Insert(h.model.rows, 0, 901, 902)
			h.Refresh()
			h.EndDrag()
		}, []string{"7 to 5"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := newDragHarness(t, 10)
			c.do(h)
			if !slices.Equal(h.drops, c.drops) {
				t.Errorf("dropped %q, want %q", h.drops, c.drops)
			}
			if _, label, line := h.DropLine(); line || label != "" {
				t.Errorf("line %t and label %q are still shown", line, label)
			}
		})
	}
}

func TestDragShowsWhereRowsGo(t *testing.T) {
	h := newDragHarness(t, 10)
	h.press(6)
	if _, label, line := h.DropLine(); line || label != "" {
		t.Errorf("a press shows line %t and label %q", line, label)
	}
	h.to(3)
	if y, label, line := h.DropLine(); !line || y < 3*rowHeight-3 || y > 3*rowHeight || label != "row 7: true" {
		t.Errorf("line %t at %g, label %q", line, y, label)
	}
	h.to(1)
	if _, label, line := h.DropLine(); line || label != "row 7: false" {
		t.Errorf("line %t and label %q where nothing can be dropped", line, label)
	}
	h.MouseMoved(h.mouse(2, desktop.MouseButtonPrimary, none))
	if h.row(3).state.Hovered {
		t.Error("a row is hovered during the drag")
	}
}

// TestDragKeepsSelection drags one of several selected rows. A click that moves less than a
// drag selects the row alone.
func TestDragKeepsSelection(t *testing.T) {
	for name, c := range map[string]struct {
		move func(h *dragHarness)
		want []int64
	}{
		"drag":  {func(h *dragHarness) { h.to(3) }, []int64{6, 7}},
		"click": {func(*dragHarness) {}, []int64{7}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newDragHarness(t, 10)
			h.Select(6, 7)
			h.press(6)
			c.move(h)
			h.MouseUp(h.mouse(6, desktop.MouseButtonPrimary, none))
			h.EndDrag()
			if got := h.Selected(); !slices.Equal(got, c.want) {
				t.Errorf("selected %d, want %d", got, c.want)
			}
		})
	}
}

func TestDragScrollsAtEdges(t *testing.T) {
	h := newDragHarness(t, 100)
	h.press(6)
	h.DragTo(fyne.NewPos(200, 5*rowHeight))
	if len(h.timers) > 0 {
		t.Fatal("scrolls in the middle of the list")
	}
	h.DragTo(fyne.NewPos(200, 10*rowHeight-5))
	h.DragTo(fyne.NewPos(200, 10*rowHeight-4))
	if len(h.timers) != 1 {
		t.Fatalf("%d timers at the lower edge", len(h.timers))
	}
	for range 400 {
		h.fire()
	}
	if got := h.visible(); got[len(got)-1] != 100 || len(h.timers) > 0 {
		t.Errorf("visible rows %d, %d timers at the end of the list", got, len(h.timers))
	}
	h.DragTo(fyne.NewPos(200, 2))
	for range 3 {
		h.fire()
	}
	scrolled := h.ScrollOffset()
	h.key(fyne.KeyEscape, none)
	h.fire()
	if got := h.ScrollOffset(); scrolled >= 90 || got != scrolled {
		t.Errorf("scroll offset %g rows, after Escape %g", scrolled, got)
	}
}
