package list_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/widgets/list"
)

// family is a tree of two rows, each of which opens into two: 1 into 11 and 12, 2
// into 21 and 22. Row 3 does not open.
type family struct {
	*ids
	open map[int64]bool
}

func (f *family) lay() {
	f.rows = nil
	for _, id := range []int64{1, 2, 3} {
		f.rows = append(f.rows, id)
		if f.open[id] {
			f.rows = append(f.rows, 10*id+1, 10*id+2)
		}
	}
}

func (f *family) Opens(i int) (opens, open bool) {
	id := f.rows[i]
	return id < 3, f.open[id]
}

func (f *family) SetOpen(i int, open bool) {
	f.open[f.rows[i]] = open
	f.lay()
}

func (f *family) Parent(i int) int {
	for k := i; k >= 0; k-- {
		if f.rows[k] == f.rows[i]/10 {
			return k
		}
	}
	return -1
}

func newFamily(t *testing.T) (*family, *list.View) {
	b := newBench(t, 0)
	f := &family{ids: b.model, open: map[int64]bool{}}
	f.lay()
	list := list.New(f, newProbe)
	b.window.SetContent(list)
	list.Refresh()
	return f, list
}

func TestRowsThatOpen(t *testing.T) {
	tests := []struct {
		name string
		from int64
		open []int64
		keys []fyne.KeyName
		rows []int64
		want []int64
	}{
		{"Right opens a row", 1, nil, []fyne.KeyName{fyne.KeyRight}, []int64{1, 11, 12, 2, 3}, []int64{1}},
		{"Right on an open row goes into it", 1, []int64{1}, []fyne.KeyName{fyne.KeyRight}, []int64{1, 11, 12, 2, 3}, []int64{11}},
		{"Left closes an open row", 1, []int64{1}, []fyne.KeyName{fyne.KeyLeft}, []int64{1, 2, 3}, []int64{1}},
		{"Left goes from inside of a row to the row", 22, []int64{2}, []fyne.KeyName{fyne.KeyLeft}, []int64{1, 2, 21, 22, 3}, []int64{2}},
		{"Left on a closed row does nothing", 2, nil, []fyne.KeyName{fyne.KeyLeft}, []int64{1, 2, 3}, []int64{2}},
		{"a row that does not open stays as it is", 3, nil, []fyne.KeyName{fyne.KeyRight, fyne.KeyLeft}, []int64{1, 2, 3}, []int64{3}},
		{"in and out again", 1, nil, []fyne.KeyName{fyne.KeyRight, fyne.KeyRight, fyne.KeyLeft, fyne.KeyLeft}, []int64{1, 2, 3}, []int64{1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			model, list := newFamily(t)
			for _, id := range test.open {
				list.Toggle(id)
			}
			list.Select(test.from)
			for _, key := range test.keys {
				list.TypedKey(&fyne.KeyEvent{Name: key})
			}
			if diff := cmp.Diff(test.rows, model.rows); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.want, list.Selected()); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("closing a row over what is selected inside selects the row", func(t *testing.T) {
		_, list := newFamily(t)
		list.Toggle(2)
		list.Select(21)
		list.Toggle(2)
		if diff := cmp.Diff([]int64{2}, list.Selected()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("keys that open do nothing in a list whose rows do not", func(t *testing.T) {
		b := newBench(t, 3)
		b.Select(2)
		b.key(fyne.KeyRight, none)
		b.key(fyne.KeyLeft, none)
		b.Toggle(2)
		if diff := cmp.Diff([]int64{2}, b.Selected()); diff != "" {
			t.Error(diff)
		}
	})
}
