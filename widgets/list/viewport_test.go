package list_test

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/internal/widgettest"
	"github.com/ferryapp/ferry/widgets/list"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestWhatIsInSightStaysWhereItIs(t *testing.T) {
	cases := []struct {
		name   string
		change func(rows []int64) []int64
		first  int64 // of the rows in sight afterwards
	}{
		{"when rows are inserted above", func(rows []int64) []int64 { return slices.Insert(rows, 0, 901, 902, 903) }, 41},
		{"when rows are inserted below", func(rows []int64) []int64 { return append(rows, 901, 902) }, 41},
		{"when rows above are removed", func(rows []int64) []int64 { return slices.Delete(rows, 0, 7) }, 41},
		{"when its first row is removed, the row above takes its place", func(rows []int64) []int64 { return slices.Delete(rows, 40, 41) }, 40},
		{"when everything but one of its rows is replaced", func(rows []int64) []int64 {
			for i := range rows {
				if rows[i] != 45 {
					rows[i] += 1000
				}
			}
			return rows
		}, 1041},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, 100)
			b.ScrollTo(50)
			if got := b.inSight()[0]; got != 41 {
				t.Fatalf("begins with %d in sight", got)
			}
			b.model.rows = c.change(b.model.rows)
			b.Refresh()
			if got := b.inSight()[0]; got != c.first {
				t.Errorf("first in sight is %d, want %d", got, c.first)
			}
		})
	}
}

func TestAtTheTopNewRowsShow(t *testing.T) {
	b := newBench(t, 100)
	b.model.rows = slices.Insert(b.model.rows, 0, 901)
	b.Refresh()
	if got := b.inSight()[0]; got != 901 {
		t.Errorf("first in sight is %d", got)
	}
}

func TestTheSelectionStaysWithItsRows(t *testing.T) {
	b := newBench(t, 20)
	b.click(2, none)
	b.click(4, shift)
	b.model.rows = slices.Insert(b.model.rows, 0, 901)
	b.model.rows = slices.DeleteFunc(b.model.rows, func(id int64) bool { return id == 4 })
	b.Refresh()
	if diff := cmp.Diff([]int64{3, 5}, b.Selected()); diff != "" {
		t.Error(diff)
	}
}

// TestWhateverHappensTheListIsRight lets anything happen to a list and holds it
// against what must always be true.
func TestWhateverHappensTheListIsRight(t *testing.T) {
	keys := []fyne.KeyName{fyne.KeyUp, fyne.KeyDown, fyne.KeyHome, fyne.KeyEnd, fyne.KeyPageUp, fyne.KeyPageDown, fyne.KeyEscape}
	modifiers := []fyne.KeyModifier{none, shift, control, control | shift}
	b := newBench(t, 0)
	rapid.Check(t, func(t *rapid.T) {
		b.model.rows = numbered(rapid.IntRange(0, 60).Draw(t, "rows")).rows
		next := int64(1000)
		b.ClearSelection()
		b.Refresh()
		t.Repeat(map[string]func(*rapid.T){
			"click": func(t *rapid.T) {
				b.click(rapid.IntRange(0, 9).Draw(t, "line"), rapid.SampledFrom(modifiers).Draw(t, "modifiers"))
			},
			"key": func(t *rapid.T) {
				b.key(rapid.SampledFrom(keys).Draw(t, "key"), rapid.SampledFrom(modifiers[:2]).Draw(t, "modifiers"))
			},
			"wheel": func(t *rapid.T) {
				b.Wheel(float32(rapid.IntRange(-2000, 2000).Draw(t, "distance")))
			},
			"insert": func(t *rapid.T) {
				next++
				at := rapid.IntRange(0, len(b.model.rows)).Draw(t, "at")
				b.model.rows = slices.Insert(b.model.rows, at, next)
				b.Refresh()
			},
			"remove": func(t *rapid.T) {
				if len(b.model.rows) == 0 {
					t.Skip("no rows")
				}
				at := rapid.IntRange(0, len(b.model.rows)-1).Draw(t, "at")
				b.model.rows = slices.Delete(b.model.rows, at, at+1)
				b.Refresh()
			},
			"": func(t *rapid.T) { b.hold(t) },
		})
	})
}

// hold fails when the rows in sight are not a piece of the model that fills the
// window, in its order, or when a row's state is not the selection's.
func (b *bench) hold(t *rapid.T) {
	seen := b.inSight()
	if want := min(10, len(b.model.rows)); len(seen) < want {
		t.Fatalf("%d rows in sight, want at least %d", len(seen), want)
	}
	if len(seen) == 0 {
		return
	}
	at := slices.Index(b.model.rows, seen[0])
	if at < 0 || !slices.Equal(seen, b.model.rows[at:at+len(seen)]) {
		t.Fatalf("in sight %v, which is no piece of %v", seen, b.model.rows)
	}
	selected := b.Selected()
	for _, id := range seen {
		if got, want := b.probe(id).state.Selected, slices.Contains(selected, id); got != want {
			t.Fatalf("row %d shows selected %t, is %t", id, got, want)
		}
	}
}

func BenchmarkRefresh(b *testing.B) {
	bench := newBench(b, 100_000)
	bench.ScrollTo(50_000)
	b.ReportAllocs()
	for b.Loop() {
		bench.Refresh()
	}
}

func BenchmarkRefreshWithAllSelected(b *testing.B) {
	bench := newBench(b, 100_000)
	bench.SelectAll()
	b.ReportAllocs()
	for b.Loop() {
		bench.Refresh()
	}
}

func TestRowsThatComeBackAreInTheThemeOfToday(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	model := numbered(100)
	list := list.New(&named{model}, func() fyne.CanvasObject { return widgets.NewRow() })
	widgettest.Show(t, list, listWidth, 10*rowHeight)
	list.Refresh()
	whole := model.rows
	model.rows = whole[:1] // the other rows are spare now
	list.Refresh()
	fyne.CurrentApp().Settings().SetTheme(theme.New(theme.Dark, 1))
	model.rows = whole
	list.Refresh()
	for _, object := range test.LaidOutObjects(list) {
		if text, ok := object.(*canvas.Text); ok && text.Text == "row" && text.Color != theme.Color(theme.ColorText) {
			t.Fatalf("a row is in %v", text.Color)
		}
	}
}

// named shows rows as widgets.Row.
type named struct{ *ids }

func (n *named) Bind(_ int, row fyne.CanvasObject) {
	row.(*widgets.Row).SetModel(widgets.RowModel{Name: "row"})
}
