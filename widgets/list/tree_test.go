package list_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/widgets/list"
)

// treeModel is a tree of the rows 1, which contains 11 and 12, 2, which contains 21
// and 22, and 3.
type treeModel struct {
	*idModel
	open map[int64]bool
}

func (m *treeModel) update() {
	m.rows = nil
	for _, id := range []int64{1, 2, 3} {
		m.rows = append(m.rows, id)
		if m.open[id] {
			m.rows = append(m.rows, 10*id+1, 10*id+2)
		}
	}
}

func (m *treeModel) Opens(i int) (opens, open bool) {
	id := m.rows[i]
	return id < 3, m.open[id]
}

func (m *treeModel) SetOpen(i int, open bool) {
	m.open[m.rows[i]] = open
	m.update()
}

func (m *treeModel) Parent(i int) int {
	for k := i; k >= 0; k-- {
		if m.rows[k] == m.rows[i]/10 {
			return k
		}
	}
	return -1
}

func newTreeList(t *testing.T) (*treeModel, *list.View) {
	h := newHarness(t, 0)
	m := &treeModel{idModel: h.model, open: map[int64]bool{}}
	m.update()
	view := list.New(m, newTestRow)
	h.window.SetContent(view)
	view.Refresh()
	return m, view
}

func TestTree(t *testing.T) {
	tests := []struct {
		name string
		from int64
		open []int64
		keys []fyne.KeyName
		rows []int64
		want []int64
	}{
		{"Right opens a row", 1, nil, []fyne.KeyName{fyne.KeyRight}, []int64{1, 11, 12, 2, 3}, []int64{1}},
		{"Right on an open row moves into it", 1, []int64{1}, []fyne.KeyName{fyne.KeyRight}, []int64{1, 11, 12, 2, 3}, []int64{11}},
		{"Left closes an open row", 1, []int64{1}, []fyne.KeyName{fyne.KeyLeft}, []int64{1, 2, 3}, []int64{1}},
		{"Left moves to the containing row", 22, []int64{2}, []fyne.KeyName{fyne.KeyLeft}, []int64{1, 2, 21, 22, 3}, []int64{2}},
		{"Left on a closed row does nothing", 2, nil, []fyne.KeyName{fyne.KeyLeft}, []int64{1, 2, 3}, []int64{2}},
		{"row without children", 3, nil, []fyne.KeyName{fyne.KeyRight, fyne.KeyLeft}, []int64{1, 2, 3}, []int64{3}},
		{"open, enter, leave, close", 1, nil, []fyne.KeyName{fyne.KeyRight, fyne.KeyRight, fyne.KeyLeft, fyne.KeyLeft}, []int64{1, 2, 3}, []int64{1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			model, view := newTreeList(t)
			for _, id := range test.open {
				view.Toggle(id)
			}
			view.Select(test.from)
			for _, key := range test.keys {
				view.TypedKey(&fyne.KeyEvent{Name: key})
			}
			if diff := cmp.Diff(test.rows, model.rows); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.want, view.Selected()); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("closing a row that contains the cursor selects the row", func(t *testing.T) {
		_, view := newTreeList(t)
		view.Toggle(2)
		view.Select(21)
		view.Toggle(2)
		if diff := cmp.Diff([]int64{2}, view.Selected()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("model without rows that open", func(t *testing.T) {
		h := newHarness(t, 3)
		h.Select(2)
		h.key(fyne.KeyRight, none)
		h.key(fyne.KeyLeft, none)
		h.Toggle(2)
		if diff := cmp.Diff([]int64{2}, h.Selected()); diff != "" {
			t.Error(diff)
		}
	})
}

// TestOpenedRowsAreScrolledIntoView opens the last visible row.
func TestOpenedRowsAreScrolledIntoView(t *testing.T) {
	for name, c := range map[string]struct {
		open func(view *list.View)
		want bool
	}{
		"with a key":         {func(view *list.View) { view.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight}) }, true},
		"with the mouse":     {func(view *list.View) { view.Toggle(2) }, false},
		"with key and owner": {func(view *list.View) { view.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn}) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			_, view := newTreeList(t)
			view.OnActivate = view.Toggle
			view.Resize(fyne.NewSize(listWidth, 3*rowHeight))
			view.Toggle(1)
			view.Select(2)
			view.ScrollTo(2) // below 11 and 12
			c.open(view)
			if got := view.RowVisible(21) && view.RowVisible(22); got != c.want {
				t.Errorf("visible: 21 %t, 22 %t, want %t", view.RowVisible(21), view.RowVisible(22), c.want)
			}
			if !view.RowVisible(2) {
				t.Error("the row that was opened is not visible")
			}
		})
	}
}
