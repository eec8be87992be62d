package list_test

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"github.com/google/go-cmp/cmp"
)

func TestKeysMoveSelection(t *testing.T) {
	type press struct {
		key       fyne.KeyName
		modifiers fyne.KeyModifier
	}
	cases := []struct {
		name string
		from int64 // 0: no selection
		keys []press
		want []int64
	}{
		{"Down selects the next row", 3, []press{{fyne.KeyDown, none}}, []int64{4}},
		{"Up selects the previous row", 3, []press{{fyne.KeyUp, none}}, []int64{2}},
		{"Up stays at the first row", 1, []press{{fyne.KeyUp, none}}, []int64{1}},
		{"Down stays at the last row", 100, []press{{fyne.KeyDown, none}}, []int64{100}},
		{"Down without a selection selects the first row", 0, []press{{fyne.KeyDown, none}}, []int64{1}},
		{"Up without a selection selects the last row", 0, []press{{fyne.KeyUp, none}}, []int64{100}},
		{"Home selects the first row", 50, []press{{fyne.KeyHome, none}}, []int64{1}},
		{"End selects the last row", 50, []press{{fyne.KeyEnd, none}}, []int64{100}},
		{"PageDown moves by one row less than a page", 20, []press{{fyne.KeyPageDown, none}}, []int64{29}},
		{"PageUp moves by one row less than a page", 20, []press{{fyne.KeyPageUp, none}}, []int64{11}},
		{"PageUp stays at the first row", 3, []press{{fyne.KeyPageUp, none}}, []int64{1}},
		{"Shift with Down extends the selection", 3, []press{{fyne.KeyDown, shift}, {fyne.KeyDown, shift}}, []int64{3, 4, 5}},
		{"Shift with Up shrinks the range", 3, []press{{fyne.KeyDown, shift}, {fyne.KeyDown, shift}, {fyne.KeyUp, shift}}, []int64{3, 4}},
		{"Shift with Home extends the selection to the first row", 3, []press{{fyne.KeyHome, shift}}, []int64{1, 2, 3}},
		{"Shift with End extends the selection to the last row", 98, []press{{fyne.KeyEnd, shift}}, []int64{98, 99, 100}},
		{"other keys keep the selection", 3, []press{{fyne.KeyF5, none}}, []int64{3}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := newHarness(t, 100)
			if c.from != 0 {
				h.Select(c.from)
				h.ScrollTo(c.from)
			}
			for _, press := range c.keys {
				h.key(press.key, press.modifiers)
			}
			if diff := cmp.Diff(c.want, h.Selected()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEnterOpensTheMenuOfRowsThatCannotBeActivated(t *testing.T) {
	h := newHarness(t, 100)
	h.OnActivate = nil
	opened := 0
	h.OnMenu = func(fyne.Position) { opened++ }
	h.key(fyne.KeyReturn, none)
	if diff := cmp.Diff([]int64{1}, h.Selected()); opened != 1 || diff != "" {
		t.Errorf("menu opened %d times, selected (-want +got):\n%s", opened, diff)
	}
}

func TestKeysScrollToCursor(t *testing.T) {
	h := newHarness(t, 1000)
	h.Select(10)
	for _, step := range []struct {
		key  fyne.KeyName
		want int64
	}{{fyne.KeyDown, 11}, {fyne.KeyEnd, 1000}, {fyne.KeyPageUp, 991}, {fyne.KeyUp, 990}, {fyne.KeyHome, 1}} {
		h.key(step.key, none)
		if rows := h.visible(); !slices.Contains(rows, step.want) {
			t.Errorf("after %s row %d is not visible: %v", step.key, step.want, rows)
		}
	}
}

func TestCursorIsShownOnFocus(t *testing.T) {
	h := newHarness(t, 100)
	h.ScrollTo(30)
	h.window.Canvas().FocusNext()
	first := h.visible()[0]
	if p := h.row(first); !p.state.Cursor || p.state.Selected {
		t.Errorf("state of the first visible row %+v", p.state)
	}
	h.key(fyne.KeyDown, none)
	if diff := cmp.Diff([]int64{first}, h.Selected()); diff != "" {
		t.Error(diff)
	}
	h.ClearSelection()
	h.click(2, none)
	h.window.Canvas().Unfocus()
	for _, id := range h.visible() {
		if h.row(id).state.Cursor {
			t.Errorf("row %d is shown as cursor without focus", id)
		}
	}
}

// TestCursorIsShownWhileTheSelectedRowIsHidden: a search or a filter hides rows.
func TestCursorIsShownWhileTheSelectedRowIsHidden(t *testing.T) {
	h := newHarness(t, 10)
	h.Select(3)
	h.window.Canvas().FocusNext()
	all := h.model.rows
	as := func(rows ...int64) []int64 { return rows }
	for name, rows := range map[string][]int64{"fewer rows": as(5, 7), "as many rows": as(5, 7, 11, 12, 13, 14, 15, 16, 17, 18)} {
		h.model.rows = all
		h.Refresh()
		h.Select(3)
		h.model.rows = rows
		h.Refresh()
		if p := h.row(5); !p.state.Cursor {
			t.Errorf("%s: no row shows that the list has the focus", name)
		}
		if p := h.row(7); p.state.Cursor {
			t.Errorf("%s: two rows are shown as cursor", name)
		}
		if got := h.Selected(); len(got) > 0 {
			t.Errorf("%s: selected %v, which are hidden", name, got)
		}
	}
	h.key(fyne.KeyDown, none)
	if diff := cmp.Diff([]int64{5}, h.Selected()); diff != "" {
		t.Error(diff)
	}
	h.Select(3)
	h.model.rows = all
	h.Refresh()
	if p, first := h.row(3), h.row(1); !p.state.Cursor || first.state.Cursor {
		t.Errorf("the selected row is the cursor: %t, the first row: %t", p.state.Cursor, first.state.Cursor)
	}
}

func TestKeysCallHandlers(t *testing.T) {
	h := newHarness(t, 10)
	var calls []string
	record := func(call string) { calls = append(calls, call) }
	h.OnActivate = func(int64) { record("activate") }
	h.OnMenu = func(fyne.Position) { record("menu") }
	h.window.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) { record("window " + string(e.Name)) })
	h.Select(3)
	for _, key := range []fyne.KeyName{fyne.KeyReturn, fyne.KeyEnter, fyne.KeyDelete, fyne.KeySpace, desktop.KeyMenu, fyne.KeyEscape} {
		h.key(key, none)
	}
	h.key(fyne.KeyF10, none)
	h.key(fyne.KeyF10, shift)
	want := []string{"activate", "activate", "window Delete", "window Space", "menu", "window Escape", "window F10", "menu"}
	if diff := cmp.Diff(want, calls); diff != "" {
		t.Error(diff)
	}
}

func TestEnterWithoutSelectionActivatesTheRowWithTheFocus(t *testing.T) {
	h := newHarness(t, 10)
	var activated []int64
	h.OnActivate = func(id int64) { activated = append(activated, id) }
	h.window.Canvas().FocusNext()
	h.key(fyne.KeyReturn, none)
	if diff := cmp.Diff([]int64{1}, activated); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int64{1}, h.Selected()); diff != "" {
		t.Error(diff)
	}
}

func TestKeysDoNothingInAnEmptyList(t *testing.T) {
	h := newHarness(t, 0)
	for _, key := range []fyne.KeyName{fyne.KeyUp, fyne.KeyDown, fyne.KeyHome, fyne.KeyEnd, fyne.KeyPageUp, fyne.KeyPageDown, fyne.KeyReturn, desktop.KeyMenu} {
		h.key(key, none)
		h.key(key, shift)
	}
	h.TypedShortcut(&fyne.ShortcutSelectAll{})
	if got := h.Selected(); len(got) != 0 {
		t.Errorf("selected %v", got)
	}
}

func TestSelectAllShortcut(t *testing.T) {
	h := newHarness(t, 100)
	h.TypedShortcut(&fyne.ShortcutSelectAll{})
	if got := h.Selected(); len(got) != 100 {
		t.Errorf("selected %d of 100", len(got))
	}
}
