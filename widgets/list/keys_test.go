package list_test

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"github.com/google/go-cmp/cmp"
)

func TestKeysMoveTheSelection(t *testing.T) {
	type press struct {
		key       fyne.KeyName
		modifiers fyne.KeyModifier
	}
	cases := []struct {
		name string
		from int64 // 0: nothing is selected
		keys []press
		want []int64
	}{
		{"Down goes to the next row", 3, []press{{fyne.KeyDown, none}}, []int64{4}},
		{"Up goes to the row before", 3, []press{{fyne.KeyUp, none}}, []int64{2}},
		{"Up stays at the first row", 1, []press{{fyne.KeyUp, none}}, []int64{1}},
		{"Down stays at the last row", 100, []press{{fyne.KeyDown, none}}, []int64{100}},
		{"Down begins at the first row", 0, []press{{fyne.KeyDown, none}}, []int64{1}},
		{"Up begins at the last row", 0, []press{{fyne.KeyUp, none}}, []int64{100}},
		{"Home goes to the first row", 50, []press{{fyne.KeyHome, none}}, []int64{1}},
		{"End goes to the last row", 50, []press{{fyne.KeyEnd, none}}, []int64{100}},
		{"PageDown goes a window on, less a row to hold on to", 20, []press{{fyne.KeyPageDown, none}}, []int64{29}},
		{"PageUp goes a window back", 20, []press{{fyne.KeyPageUp, none}}, []int64{11}},
		{"PageUp stays at the first row", 3, []press{{fyne.KeyPageUp, none}}, []int64{1}},
		{"Shift with Down extends", 3, []press{{fyne.KeyDown, shift}, {fyne.KeyDown, shift}}, []int64{3, 4, 5}},
		{"Shift with Up takes back what it extended", 3, []press{{fyne.KeyDown, shift}, {fyne.KeyDown, shift}, {fyne.KeyUp, shift}}, []int64{3, 4}},
		{"Shift with Home extends to the first row", 3, []press{{fyne.KeyHome, shift}}, []int64{1, 2, 3}},
		{"Shift with End extends to the last row", 98, []press{{fyne.KeyEnd, shift}}, []int64{98, 99, 100}},
		{"a key of the window changes nothing", 3, []press{{fyne.KeyF5, none}}, []int64{3}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, 100)
			if c.from != 0 {
				b.Select(c.from)
				b.ScrollTo(c.from)
			}
			for _, press := range c.keys {
				b.key(press.key, press.modifiers)
			}
			if diff := cmp.Diff(c.want, b.Selected()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestKeysBringTheirRowIntoSight(t *testing.T) {
	b := newBench(t, 1000)
	b.Select(10)
	for _, step := range []struct {
		key  fyne.KeyName
		want int64
	}{{fyne.KeyDown, 11}, {fyne.KeyEnd, 1000}, {fyne.KeyPageUp, 991}, {fyne.KeyUp, 990}, {fyne.KeyHome, 1}} {
		b.key(step.key, none)
		if rows := b.inSight(); !slices.Contains(rows, step.want) {
			t.Errorf("after %s row %d is not in sight: %v", step.key, step.want, rows)
		}
	}
}

func TestTheKeyboardIsSeenAsSoonAsItIsThere(t *testing.T) {
	b := newBench(t, 100)
	b.ScrollTo(30)
	b.window.Canvas().FocusNext()
	first := b.inSight()[0]
	if p := b.probe(first); !p.state.Cursor || p.state.Selected {
		t.Errorf("the first row in sight is shown as %+v", p.state)
	}
	b.key(fyne.KeyDown, none)
	if diff := cmp.Diff([]int64{first}, b.Selected()); diff != "" {
		t.Error(diff)
	}
	b.ClearSelection()
	b.click(2, none)
	b.window.Canvas().Unfocus()
	for _, id := range b.inSight() {
		if b.probe(id).state.Cursor {
			t.Errorf("row %d is shown to have the keyboard, which is elsewhere", id)
		}
	}
}

func TestKeysThatActCallWhoeverBuiltTheList(t *testing.T) {
	b := newBench(t, 10)
	var said []string
	note := func(what string) func() { return func() { said = append(said, what) } }
	b.OnActivate = func(int64) { note("activate")() }
	b.OnMenu = func(fyne.Position) { note("menu")() }
	b.window.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) { note("window " + string(e.Name))() })
	b.Select(3)
	for _, key := range []fyne.KeyName{fyne.KeyReturn, fyne.KeyEnter, fyne.KeyDelete, fyne.KeySpace, desktop.KeyMenu, fyne.KeyEscape} {
		b.key(key, none)
	}
	b.key(fyne.KeyF10, none)
	b.key(fyne.KeyF10, shift)
	want := []string{"activate", "activate", "window Delete", "window Space", "menu", "window Escape", "window F10", "menu"}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Error(diff)
	}
}

func TestKeysDoNothingInAnEmptyList(t *testing.T) {
	b := newBench(t, 0)
	for _, key := range []fyne.KeyName{fyne.KeyUp, fyne.KeyDown, fyne.KeyHome, fyne.KeyEnd, fyne.KeyPageUp, fyne.KeyPageDown, fyne.KeyReturn, desktop.KeyMenu} {
		b.key(key, none)
		b.key(key, shift)
	}
	b.TypedShortcut(&fyne.ShortcutSelectAll{})
	if got := b.Selected(); len(got) != 0 {
		t.Errorf("selected %v", got)
	}
}

func TestControlASelectsEverything(t *testing.T) {
	b := newBench(t, 100)
	b.TypedShortcut(&fyne.ShortcutSelectAll{})
	if got := b.Selected(); len(got) != 100 {
		t.Errorf("selected %d of 100", len(got))
	}
}
