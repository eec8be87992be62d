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

	"github.com/ferryapp/ferry/widgets/list"
	"github.com/ferryapp/ferry/widgets/theme"
)

const (
	rowHeight = 60
	listWidth = 480
)

// ids is a model of rows that are nothing but their IDs.
type ids struct {
	rows  []int64
	bound int // how often a row was bound
}

func numbered(n int) *ids {
	m := &ids{}
	for i := range n {
		m.rows = append(m.rows, int64(i+1))
	}
	return m
}

func (m *ids) Len() int       { return len(m.rows) }
func (m *ids) ID(i int) int64 { return m.rows[i] }

func (m *ids) Bind(i int, row fyne.CanvasObject) {
	m.bound++
	row.(*probe).id = m.rows[i]
}

// probe is a row that remembers what it was told.
type probe struct {
	canvas.Rectangle
	id    int64
	state list.RowState
}

func newProbe() fyne.CanvasObject {
	p := &probe{}
	p.SetMinSize(fyne.NewSize(100, rowHeight))
	return p
}

func (p *probe) SetState(state list.RowState) { p.state = state }

// bench is a list in a window that ten rows fit into.
type bench struct {
	*list.View
	model  *ids
	window fyne.Window
	probes []*probe
}

func newBench(t testing.TB, rows int) *bench {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(theme.New(theme.Light, 1))
	b := &bench{model: numbered(rows)}
	b.View = list.New(b.model, func() fyne.CanvasObject {
		p := newProbe()
		b.probes = append(b.probes, p.(*probe))
		return p
	})
	b.window = test.NewTempWindow(t, b.View)
	b.window.SetPadded(false)
	b.window.Resize(fyne.NewSize(listWidth, 10*rowHeight))
	b.Refresh()
	return b
}

// inSight lists the IDs of the rows that can be seen, from top to bottom.
func (b *bench) inSight() []int64 {
	var seen []*probe
	for _, object := range test.LaidOutObjects(b.View) {
		if p, ok := object.(*probe); ok && p.Position().Y > -rowHeight && p.Position().Y < b.Size().Height {
			seen = append(seen, p)
		}
	}
	slices.SortFunc(seen, func(a, b *probe) int { return int(a.Position().Y - b.Position().Y) })
	var rows []int64
	for _, p := range seen {
		rows = append(rows, p.id)
	}
	return rows
}

// probe returns the row in sight with that ID.
func (b *bench) probe(id int64) *probe {
	for _, object := range test.LaidOutObjects(b.View) {
		if p, ok := object.(*probe); ok && p.id == id {
			return p
		}
	}
	return nil
}

func (b *bench) mouse(line int, button desktop.MouseButton, modifiers fyne.KeyModifier) *desktop.MouseEvent {
	e := &desktop.MouseEvent{Button: button, Modifier: modifiers}
	e.Position = fyne.NewPos(20, float32(line)*rowHeight+10)
	e.AbsolutePosition = e.Position
	return e
}

// click presses and lets go on the row at a line of the window.
func (b *bench) click(line int, modifiers fyne.KeyModifier) {
	e := b.mouse(line, desktop.MouseButtonPrimary, modifiers)
	b.MouseDown(e)
	b.MouseUp(e)
}

func (b *bench) key(name fyne.KeyName, modifiers fyne.KeyModifier) {
	if modifiers&shift != 0 {
		b.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
		defer b.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	}
	b.TypedKey(&fyne.KeyEvent{Name: name})
}

const (
	none    = fyne.KeyModifier(0)
	shift   = fyne.KeyModifierShift
	control = fyne.KeyModifierShortcutDefault
)

func TestThePointerSelects(t *testing.T) {
	type click struct {
		line      int
		modifiers fyne.KeyModifier
	}
	cases := []struct {
		name   string
		clicks []click
		want   []int64
	}{
		{"a click selects a row", []click{{2, none}}, []int64{3}},
		{"another click selects another row instead", []click{{2, none}, {5, none}}, []int64{6}},
		{"Ctrl adds a row", []click{{2, none}, {5, control}}, []int64{3, 6}},
		{"Ctrl takes a row away", []click{{2, none}, {5, control}, {2, control}}, []int64{6}},
		{"Shift selects a range downwards", []click{{2, none}, {4, shift}}, []int64{3, 4, 5}},
		{"Shift selects a range upwards", []click{{4, none}, {2, shift}}, []int64{3, 4, 5}},
		{"a range turns around where it began", []click{{4, none}, {2, shift}, {6, shift}}, []int64{5, 6, 7}},
		{"Shift without a beginning selects one row", []click{{3, shift}}, []int64{4}},
		{"Ctrl and Shift add a range", []click{{0, none}, {3, control}, {5, control | shift}}, []int64{1, 4, 5, 6}},
		{"a click on a selected row selects it alone", []click{{2, none}, {5, shift}, {3, none}}, []int64{4}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, 100)
			for _, click := range c.clicks {
				b.click(click.line, click.modifiers)
			}
			if diff := cmp.Diff(c.want, b.Selected()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAClickBelowTheLastRowSelectsNothing(t *testing.T) {
	b := newBench(t, 3)
	b.click(1, none)
	b.click(6, none)
	if got := b.Selected(); len(got) != 0 {
		t.Errorf("selected %v", got)
	}
}

func TestAPressOnASelectionKeepsItUntilLetGo(t *testing.T) {
	b := newBench(t, 10)
	b.click(1, none)
	b.click(4, shift)
	b.MouseDown(b.mouse(2, desktop.MouseButtonPrimary, none))
	if got := b.Selected(); len(got) != 4 {
		t.Errorf("selected %v while pressed", got)
	}
	b.MouseUp(b.mouse(6, desktop.MouseButtonPrimary, none))
	if got := b.Selected(); len(got) != 4 {
		t.Errorf("selected %v when let go elsewhere", got)
	}
}

func TestTheOtherButtonOpensTheMenuOfWhatIsSelected(t *testing.T) {
	cases := []struct {
		name string
		line int
		want []int64
	}{
		{"on a selected row, of the selection", 2, []int64{2, 3, 4}},
		{"on another row, of that row", 7, []int64{8}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, 10)
			var at fyne.Position
			b.OnMenu = func(place fyne.Position) { at = place }
			b.click(1, none)
			b.click(3, shift)
			e := b.mouse(c.line, desktop.MouseButtonSecondary, none)
			b.MouseDown(e)
			b.MouseUp(e)
			test.TapSecondaryAt(b, e.Position)
			if diff := cmp.Diff(c.want, b.Selected()); diff != "" {
				t.Error(diff)
			}
			if at != e.AbsolutePosition {
				t.Errorf("menu at %v, want %v", at, e.AbsolutePosition)
			}
		})
	}
}

func TestADoubleClickActivates(t *testing.T) {
	delay := test.NewTempApp(t).Driver().DoubleTapDelay()
	cases := []struct {
		name   string
		second int
		after  time.Duration
		want   []int64
	}{
		{"two quick clicks on a row do", 2, delay / 2, []int64{3}},
		{"two slow ones do not", 2, 2 * delay, nil},
		{"two on different rows do not", 3, delay / 2, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, 10)
			now := time.Unix(1, 0)
			b.SetClock(func() time.Time { return now })
			var activated []int64
			b.OnActivate = func(id int64) { activated = append(activated, id) }
			b.click(2, none)
			now = now.Add(c.after)
			b.click(c.second, none)
			if diff := cmp.Diff(c.want, activated); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRowsKnowTheirState(t *testing.T) {
	b := newBench(t, 10)
	b.click(2, none)
	test.MoveMouse(b.window.Canvas(), fyne.NewPos(30, 4*rowHeight+15))
	want := map[int64]list.RowState{3: {Selected: true}, 5: {Hovered: true, Pointer: fyne.NewPos(30, 15)}, 6: {}}
	for id, state := range want {
		if diff := cmp.Diff(state, b.probe(id).state); diff != "" {
			t.Errorf("row %d: %s", id, diff)
		}
	}
	b.key(fyne.KeyDown, none)
	if state := b.probe(4).state; !state.Cursor || !state.Selected {
		t.Errorf("the keyboard's row is %+v", state)
	}
	b.MouseOut()
	if state := b.probe(5).state; state.Hovered {
		t.Error("still hovered when the pointer is gone")
	}
	b.window.Canvas().Unfocus()
	if state := b.probe(4).state; state.Cursor || !state.Selected {
		t.Errorf("without the focus the row is %+v", state)
	}
}

func TestAClickTakesTheFocus(t *testing.T) {
	b := newBench(t, 10)
	b.click(2, none)
	if got := b.window.Canvas().Focused(); got != b.View {
		t.Errorf("focus on %v", got)
	}
}

func TestOnlyRowsInSightAreBound(t *testing.T) {
	b := newBench(t, 100_000)
	b.model.bound = 0
	b.Refresh()
	if b.model.bound != 10 {
		t.Errorf("bound %d rows, want the 10 in sight", b.model.bound)
	}
	b.model.bound = 0
	b.ScrollTo(11)
	if b.model.bound != 1 {
		t.Errorf("bound %d rows for scrolling by one", b.model.bound)
	}
	for range 500 {
		b.key(fyne.KeyPageDown, none)
	}
	if len(b.probes) > 25 {
		t.Errorf("made %d rows for a window of 10", len(b.probes))
	}
}

func TestTheEndOfALongListIsExact(t *testing.T) {
	b := newBench(t, 1_000_000)
	b.key(fyne.KeyEnd, none)
	last := b.probe(1_000_000)
	if last == nil {
		t.Fatal("the last row is not in sight")
	}
	if bottom := last.Position().Y + rowHeight; bottom < 10*rowHeight-4 || bottom > 10*rowHeight+4 {
		t.Errorf("the last row ends at %v, the window at %v", bottom, 10*rowHeight)
	}
}
