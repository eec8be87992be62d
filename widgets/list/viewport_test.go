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

func TestRefreshKeepsScrollPosition(t *testing.T) {
	cases := []struct {
		name   string
		change func(rows []int64) []int64
		first  int64 // visible row after the change
	}{
		{"rows inserted above", func(rows []int64) []int64 { return slices.Insert(rows, 0, 901, 902, 903) }, 41},
		{"rows inserted below", func(rows []int64) []int64 { return append(rows, 901, 902) }, 41},
		{"rows removed above", func(rows []int64) []int64 { return slices.Delete(rows, 0, 7) }, 41},
		{"first visible row removed", func(rows []int64) []int64 { return slices.Delete(rows, 40, 41) }, 40},
		{"all visible rows but one replaced", func(rows []int64) []int64 {
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
			h := newHarness(t, 100)
			h.ScrollTo(50)
			if got := h.visible()[0]; got != 41 {
				t.Fatalf("first visible row %d", got)
			}
			h.model.rows = c.change(h.model.rows)
			h.Refresh()
			if got := h.visible()[0]; got != c.first {
				t.Errorf("first visible row %d, want %d", got, c.first)
			}
		})
	}
}

func TestRowInsertedAtTopIsVisible(t *testing.T) {
	h := newHarness(t, 100)
	h.model.rows = slices.Insert(h.model.rows, 0, 901)
	h.Refresh()
	if got := h.visible()[0]; got != 901 {
		t.Errorf("first visible row %d", got)
	}
}

func TestSelectionFollowsRows(t *testing.T) {
	h := newHarness(t, 20)
	h.click(2, none)
	h.click(4, shift)
	h.model.rows = slices.Insert(h.model.rows, 0, 901)
	h.model.rows = slices.DeleteFunc(h.model.rows, func(id int64) bool { return id == 4 })
	h.Refresh()
	if diff := cmp.Diff([]int64{3, 5}, h.Selected()); diff != "" {
		t.Error(diff)
	}
}

// TestInvariants applies random operations to a list and checks its invariants.
func TestInvariants(t *testing.T) {
	keys := []fyne.KeyName{fyne.KeyUp, fyne.KeyDown, fyne.KeyHome, fyne.KeyEnd, fyne.KeyPageUp, fyne.KeyPageDown, fyne.KeyEscape}
	modifiers := []fyne.KeyModifier{none, shift, control, control | shift}
	h := newHarness(t, 0)
	rapid.Check(t, func(t *rapid.T) {
		h.model.rows = newModel(rapid.IntRange(0, 60).Draw(t, "rows")).rows
		next := int64(1000)
		h.ClearSelection()
		h.Refresh()
		t.Repeat(map[string]func(*rapid.T){
			"click": func(t *rapid.T) {
				h.click(rapid.IntRange(0, 9).Draw(t, "line"), rapid.SampledFrom(modifiers).Draw(t, "modifiers"))
			},
			"key": func(t *rapid.T) {
				h.key(rapid.SampledFrom(keys).Draw(t, "key"), rapid.SampledFrom(modifiers[:2]).Draw(t, "modifiers"))
			},
			"wheel": func(t *rapid.T) {
				h.Wheel(float32(rapid.IntRange(-2000, 2000).Draw(t, "distance")))
			},
			"insert": func(t *rapid.T) {
				next++
				at := rapid.IntRange(0, len(h.model.rows)).Draw(t, "at")
				h.model.rows = slices.Insert(h.model.rows, at, next)
				h.Refresh()
			},
			"remove": func(t *rapid.T) {
				if len(h.model.rows) == 0 {
					t.Skip("no rows")
				}
				at := rapid.IntRange(0, len(h.model.rows)-1).Draw(t, "at")
				h.model.rows = slices.Delete(h.model.rows, at, at+1)
				h.Refresh()
			},
			"": func(t *rapid.T) {
				h.MouseOut() // no row is kept at its place
				h.check(t)
			},
		})
	})
}

// check fails if the visible rows are not a contiguous range of the model that
// fills the window, or if the state of a row differs from the selection.
func (h *harness) check(t *rapid.T) {
	visible := h.visible()
	if want := min(10, len(h.model.rows)); len(visible) < want {
		t.Fatalf("%d visible rows, want at least %d", len(visible), want)
	}
	if len(visible) == 0 {
		return
	}
	at := slices.Index(h.model.rows, visible[0])
	if at < 0 || !slices.Equal(visible, h.model.rows[at:at+len(visible)]) {
		t.Fatalf("visible rows %v are not a range of %v", visible, h.model.rows)
	}
	selected := h.Selected()
	for _, id := range visible {
		if got, want := h.row(id).state.Selected, slices.Contains(selected, id); got != want {
			t.Fatalf("row %d: selected %t, want %t", id, got, want)
		}
	}
}

func BenchmarkRefresh(b *testing.B) {
	h := newHarness(b, 100_000)
	h.ScrollTo(50_000)
	b.ReportAllocs()
	for b.Loop() {
		h.Refresh()
	}
}

func BenchmarkRefreshWithAllSelected(b *testing.B) {
	h := newHarness(b, 100_000)
	h.SelectAll()
	b.ReportAllocs()
	for b.Loop() {
		h.Refresh()
	}
}

func TestReusedRowsFollowTheme(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	model := newModel(100)
	view := list.New(&named{model}, func() fyne.CanvasObject { return widgets.NewRow() })
	widgettest.Show(t, view, listWidth, 10*rowHeight)
	view.Refresh()
	all := model.rows
	model.rows = all[:1] // frees the other rows
	view.Refresh()
	test.ApplyTheme(t, theme.New(theme.Dark, 1))
	model.rows = all
	view.Refresh()
	for _, object := range test.LaidOutObjects(view) {
		if text, ok := object.(*canvas.Text); ok && text.Text == "row" && text.Color != theme.Color(theme.ColorText) {
			t.Fatalf("row has the colour %v of another theme", text.Color)
		}
	}
}

// named shows the rows of a model as [widgets.Row].
type named struct{ *idModel }

func (n *named) Bind(_ int, row fyne.CanvasObject) {
	row.(*widgets.Row).SetModel(widgets.RowModel{Name: "row"})
}

// TestRowBelowPointerStays changes the rows at random while the pointer rests on one of them.
func TestRowBelowPointerStays(t *testing.T) {
	h := newHarness(t, 0)
	rapid.Check(t, func(t *rapid.T) {
		h.MouseOut()
		h.model.rows = newModel(rapid.IntRange(1, 60).Draw(t, "rows")).rows
		h.ClearSelection()
		h.Refresh()
		h.Wheel(float32(rapid.IntRange(-3000, 3000).Draw(t, "distance")))
		line := rapid.IntRange(0, min(len(h.model.rows), 10)-1).Draw(t, "line")
		h.MouseMoved(h.mouse(line, 0, none))
		aimed, ok := h.Hovered()
		if !ok {
			t.Fatal("no row below the pointer")
		}
		at := h.row(aimed).Position().Y
		next := int64(1000)
		t.Repeat(map[string]func(*rapid.T){
			"insert": func(t *rapid.T) {
				next++
				h.model.rows = slices.Insert(h.model.rows, rapid.IntRange(0, len(h.model.rows)).Draw(t, "at"), next)
			},
			"remove": func(t *rapid.T) {
				if i := rapid.IntRange(0, len(h.model.rows)-1).Draw(t, "at"); h.model.rows[i] != aimed {
					h.model.rows = slices.Delete(h.model.rows, i, i+1)
				}
			},
			"move": func(t *rapid.T) {
				from := rapid.IntRange(0, len(h.model.rows)-1).Draw(t, "from")
				id := h.model.rows[from]
				h.model.rows = slices.Delete(h.model.rows, from, from+1)
				h.model.rows = slices.Insert(h.model.rows, rapid.IntRange(0, len(h.model.rows)).Draw(t, "to"), id)
			},
			"": func(t *rapid.T) {
				h.Refresh()
				row := h.row(aimed)
				if index := slices.Index(h.model.rows, aimed); len(h.model.rows) <= 10 && float32(index)*rowHeight > at {
					at = float32(index) * rowHeight // no row is above the window if it has place for all
					h.MouseMoved(h.mouse(index, 0, none))
				}
				if row == nil || row.Position().Y != at {
					t.Fatalf("row %d moved from %g: %+v", aimed, at, row)
				}
				if got, _ := h.Hovered(); got != aimed || !row.state.Hovered {
					t.Fatalf("row %d is below the pointer, want %d", got, aimed)
				}
			},
		})
		h.MouseOut()
		h.check(t)
	})
}

func TestCursorStaysVisible(t *testing.T) {
	h := newHarness(t, 100)
	h.window.Canvas().Focus(h.View)
	h.Select(1)
	for i := range 30 {
		h.model.rows = slices.Insert(h.model.rows, 0, int64(900+i))
	}
	h.Refresh()
	if !slices.Contains(h.visible(), 1) {
		t.Errorf("visible rows %v", h.visible())
	}
}

func TestFreedRowIsNotHovered(t *testing.T) {
	h := newHarness(t, 5)
	h.MouseMoved(h.mouse(2, 0, none))
	row := h.row(3)
	h.model.rows = []int64{1}
	h.Refresh()
	if row.state.Hovered {
		t.Error("a row that is no longer shown is hovered")
	}
}

// TestKeysReleaseRowBelowPointer changes the rows above the one below the pointer, after keys
// were used or not.
func TestKeysReleaseRowBelowPointer(t *testing.T) {
	insert := func(n int) func(h *harness) {
		return func(h *harness) {
			for i := range n {
				h.model.rows = slices.Insert(h.model.rows, 0, int64(901+i))
			}
		}
	}
	press := func(h *harness) { h.key(fyne.KeyDelete, none) }
	cases := []struct {
		name   string
		rows   int
		before func(h *harness)
		change func(h *harness)
		first  int64 // visible row after the change
	}{
		{"pointer was used last", 100, func(*harness) {}, insert(3), 1},
		{"key was used last", 100, press, insert(3), 903},
		{"shortcut was used last", 100, func(h *harness) { h.TypedShortcut(&fyne.ShortcutUndo{}) }, insert(3), 903},
		{"key that the list does not get", 100, func(h *harness) { h.KeyUsed() }, insert(3), 903},
		{"pointer was moved after the key", 100, func(h *harness) { press(h); h.MouseMoved(h.mouse(5, 0, none)) }, insert(3), 1},
		{"pointer trembled after the key", 100, func(h *harness) {
			press(h)
			e := h.mouse(4, 0, none)
			e.Position.Y++
			h.MouseMoved(e)
		}, insert(3), 903},
		{"the wheel was used after the key", 100, func(h *harness) { press(h); h.Wheel(-rowHeight); h.Wheel(rowHeight) }, insert(3), 1},
		{"all rows fit", 6, func(*harness) {}, insert(3), 903},
		{"all rows fit no longer", 9, func(*harness) {}, insert(3), 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := newHarness(t, c.rows)
			h.MouseMoved(h.mouse(4, 0, none))
			c.before(h)
			c.change(h)
			h.Refresh()
			if got := h.visible()[0]; got != c.first {
				t.Errorf("first visible row %d, want %d", got, c.first)
			}
		})
	}
}
