package list_test

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/widgets/internal/widgettest"
	"github.com/ferryapp/ferry/widgets/list"
	"github.com/ferryapp/ferry/widgets/theme"
)

const (
	rowHeight = 60
	listWidth = 480
)

// idModel is a model of rows that have only an ID.
type idModel struct {
	rows  []int64
	bound int // number of calls of Bind
}

func newModel(n int) *idModel {
	m := &idModel{}
	for i := range n {
		m.rows = append(m.rows, int64(i+1))
	}
	return m
}

func (m *idModel) Len() int       { return len(m.rows) }
func (m *idModel) ID(i int) int64 { return m.rows[i] }

func (m *idModel) Bind(i int, row fyne.CanvasObject) {
	m.bound++
	row.(*testRow).id = m.rows[i]
}

// testRow is a row that records its ID and state.
type testRow struct {
	canvas.Rectangle
	id    int64
	state list.RowState
}

func newTestRow() fyne.CanvasObject {
	r := &testRow{}
	r.SetMinSize(fyne.NewSize(100, rowHeight))
	return r
}

func (r *testRow) SetState(state list.RowState) { r.state = state }

// harness is a list in a window that shows ten rows.
type harness struct {
	*list.View
	model  *idModel
	window fyne.Window
	made   []*testRow // every row object
}

func newHarness(t testing.TB, rows int) *harness {
	widgettest.SetTheme(t, theme.Light)
	h := &harness{model: newModel(rows)}
	h.View = list.New(h.model, func() fyne.CanvasObject {
		r := newTestRow()
		h.made = append(h.made, r.(*testRow))
		return r
	})
	h.window = widgettest.Show(t, h.View, listWidth, 10*rowHeight)
	h.Refresh()
	return h
}

// visible returns the IDs of the visible rows from top to bottom.
func (h *harness) visible() []int64 {
	var shown []*testRow
	for _, object := range test.LaidOutObjects(h.View) {
		if r, ok := object.(*testRow); ok && r.Position().Y > -rowHeight && r.Position().Y < h.Size().Height {
			shown = append(shown, r)
		}
	}
	slices.SortFunc(shown, func(a, b *testRow) int { return int(a.Position().Y - b.Position().Y) })
	var rows []int64
	for _, r := range shown {
		rows = append(rows, r.id)
	}
	return rows
}

// row returns the visible row with an ID, or nil.
func (h *harness) row(id int64) *testRow {
	for _, object := range test.LaidOutObjects(h.View) {
		if r, ok := object.(*testRow); ok && r.id == id {
			return r
		}
	}
	return nil
}

func (h *harness) mouse(line int, button desktop.MouseButton, modifiers fyne.KeyModifier) *desktop.MouseEvent {
	e := &desktop.MouseEvent{Button: button, Modifier: modifiers}
	e.Position = fyne.NewPos(20, float32(line)*rowHeight+10)
	e.AbsolutePosition = e.Position
	return e
}

// click clicks on the row at a line of the window.
func (h *harness) click(line int, modifiers fyne.KeyModifier) {
	e := h.mouse(line, desktop.MouseButtonPrimary, modifiers)
	h.MouseDown(e)
	h.MouseUp(e)
}

func (h *harness) key(name fyne.KeyName, modifiers fyne.KeyModifier) {
	if modifiers&shift != 0 {
		h.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
		defer h.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	}
	h.TypedKey(&fyne.KeyEvent{Name: name})
}

const (
	none    = fyne.KeyModifier(0)
	shift   = fyne.KeyModifierShift
	control = fyne.KeyModifierShortcutDefault
)

func TestClickSelects(t *testing.T) {
	type click struct {
		line      int
		modifiers fyne.KeyModifier
	}
	cases := []struct {
		name   string
		clicks []click
		want   []int64
	}{
		{"click selects a row", []click{{2, none}}, []int64{3}},
		{"click on another row replaces the selection", []click{{2, none}, {5, none}}, []int64{6}},
		{"Ctrl adds a row", []click{{2, none}, {5, control}}, []int64{3, 6}},
		{"Ctrl removes a row", []click{{2, none}, {5, control}, {2, control}}, []int64{6}},
		{"Shift selects a range downwards", []click{{2, none}, {4, shift}}, []int64{3, 4, 5}},
		{"Shift selects a range upwards", []click{{4, none}, {2, shift}}, []int64{3, 4, 5}},
		{"Shift keeps the anchor", []click{{4, none}, {2, shift}, {6, shift}}, []int64{5, 6, 7}},
		{"Shift without an anchor selects one row", []click{{3, shift}}, []int64{4}},
		{"Ctrl and Shift add a range", []click{{0, none}, {3, control}, {5, control | shift}}, []int64{1, 4, 5, 6}},
		{"click on a selected row selects only that row", []click{{2, none}, {5, shift}, {3, none}}, []int64{4}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := newHarness(t, 100)
			for _, click := range c.clicks {
				h.click(click.line, click.modifiers)
			}
			if diff := cmp.Diff(c.want, h.Selected()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestClickBelowLastRowClearsSelection(t *testing.T) {
	h := newHarness(t, 3)
	h.click(1, none)
	h.click(6, none)
	if got := h.Selected(); len(got) != 0 {
		t.Errorf("selected %v", got)
	}
}

func TestPressOnSelectionKeepsItUntilRelease(t *testing.T) {
	h := newHarness(t, 10)
	h.click(1, none)
	h.click(4, shift)
	h.MouseDown(h.mouse(2, desktop.MouseButtonPrimary, none))
	if got := h.Selected(); len(got) != 4 {
		t.Errorf("selected %v while pressed", got)
	}
	h.MouseUp(h.mouse(6, desktop.MouseButtonPrimary, none))
	if got := h.Selected(); len(got) != 4 {
		t.Errorf("selected %v after release on another row", got)
	}
}

func TestSecondaryClickOpensMenu(t *testing.T) {
	cases := []struct {
		name string
		line int
		want []int64
	}{
		{"on a selected row keeps the selection", 2, []int64{2, 3, 4}},
		{"on another row selects that row", 7, []int64{8}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := newHarness(t, 10)
			var at fyne.Position
			h.OnMenu = func(place fyne.Position) { at = place }
			h.click(1, none)
			h.click(3, shift)
			e := h.mouse(c.line, desktop.MouseButtonSecondary, none)
			h.MouseDown(e)
			h.MouseUp(e)
			test.TapSecondaryAt(h, e.Position)
			if diff := cmp.Diff(c.want, h.Selected()); diff != "" {
				t.Error(diff)
			}
			if at != e.AbsolutePosition {
				t.Errorf("menu at %v, want %v", at, e.AbsolutePosition)
			}
		})
	}
}

func TestDoubleClickActivates(t *testing.T) {
	delay := test.NewTempApp(t).Driver().DoubleTapDelay()
	cases := []struct {
		name   string
		second int
		after  time.Duration
		want   []int64
	}{
		{"two fast clicks", 2, delay / 2, []int64{3}},
		{"two slow clicks", 2, 2 * delay, nil},
		{"clicks on different rows", 3, delay / 2, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := newHarness(t, 10)
			now := time.Unix(1, 0)
			h.SetClock(func() time.Time { return now })
			var activated []int64
			h.OnActivate = func(id int64) { activated = append(activated, id) }
			h.click(2, none)
			now = now.Add(c.after)
			h.click(c.second, none)
			if diff := cmp.Diff(c.want, activated); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRowState(t *testing.T) {
	h := newHarness(t, 10)
	h.click(2, none)
	test.MoveMouse(h.window.Canvas(), fyne.NewPos(30, 4*rowHeight+15))
	want := map[int64]list.RowState{3: {Selected: true}, 5: {Hovered: true, Pointer: fyne.NewPos(30, 15)}, 6: {}}
	for id, state := range want {
		if diff := cmp.Diff(state, h.row(id).state); diff != "" {
			t.Errorf("row %d: %s", id, diff)
		}
	}
	h.key(fyne.KeyDown, none)
	if state := h.row(4).state; !state.Cursor || !state.Selected {
		t.Errorf("state of the cursor %+v", state)
	}
	h.MouseOut()
	if state := h.row(5).state; state.Hovered {
		t.Error("hovered after the pointer left")
	}
	h.window.Canvas().Unfocus()
	if state := h.row(4).state; state.Cursor || !state.Selected {
		t.Errorf("state without focus %+v", state)
	}
}

func TestClickTakesFocus(t *testing.T) {
	h := newHarness(t, 10)
	h.click(2, none)
	if got := h.window.Canvas().Focused(); got != h.View {
		t.Errorf("focus on %v", got)
	}
}

func TestRefreshBindsVisibleRowsOnly(t *testing.T) {
	h := newHarness(t, 100_000)
	h.model.bound = 0
	h.Refresh()
	if h.model.bound != 10 {
		t.Errorf("bound %d rows, want 10", h.model.bound)
	}
	h.model.bound = 0
	h.ScrollTo(11)
	if h.model.bound != 1 {
		t.Errorf("bound %d rows after scrolling by one, want 1", h.model.bound)
	}
	for range 500 {
		h.key(fyne.KeyPageDown, none)
	}
	if len(h.made) > 25 {
		t.Errorf("made %d rows for 10 visible ones", len(h.made))
	}
}

func TestLastRowOfLongListIsPositionedExactly(t *testing.T) {
	h := newHarness(t, 1_000_000)
	h.key(fyne.KeyEnd, none)
	last := h.row(1_000_000)
	if last == nil {
		t.Fatal("last row is not visible")
	}
	if bottom := last.Position().Y + rowHeight; bottom < 10*rowHeight-4 || bottom > 10*rowHeight+4 {
		t.Errorf("bottom of the last row %v, of the window %v", bottom, 10*rowHeight)
	}
}
