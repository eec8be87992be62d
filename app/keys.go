package app

import (
	"runtime"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/ferryapp/ferry/app/words"
)

// shortcut is a key that does something. The table of them is both what the
// window obeys and what its help shows.
type shortcut struct {
	key      fyne.KeyName
	modifier fyne.KeyModifier
	does     string // what is said about it; shortcuts in a row that say the same are one to read
	do       func()
}

// The modifiers. Command is Ctrl, and ⌘ where that is used.
const (
	plain   = fyne.KeyModifier(0)
	alt     = fyne.KeyModifierAlt
	shift   = fyne.KeyModifierShift
	command = fyne.KeyModifierShortcutDefault
)

// shortcuts are all keys of the window, part by part.
func (f *ferry) shortcuts() [][]shortcut {
	act := func(a action) func() { return func() { f.actOnSelected(a) } }
	list := func(key fyne.KeyName) func() { return func() { f.typeInList(key) } }
	show := func(chosen filter) func() { return func() { f.filter(chosen) } }
	return [][]shortcut{
		{
			{fyne.KeyO, command, "keys.add-files", f.addFiles},
			{fyne.KeyO, command | shift, "keys.add-folder", f.addFolder},
			{fyne.KeyV, command, "keys.paste", f.paste},
			{fyne.KeyF, command, "keys.find", f.find},
			{fyne.Key1, command, "keys.filter", show(filterAll)},
			{fyne.Key2, command, "keys.filter", show(filterActive)},
			{fyne.Key3, command, "keys.filter", show(filterWaiting)},
			{fyne.Key4, command, "keys.filter", show(filterTrouble)},
			{fyne.Key5, command, "keys.filter", show(filterDone)},
			{fyne.KeyComma, command, "keys.settings", f.openSettings},
			{fyne.KeyQ, command, "keys.quit", f.quit},
			{fyne.KeyF1, plain, "keys.help", f.showKeys},
		},
		{
			{fyne.KeyUp, plain, "keys.select", list(fyne.KeyUp)},
			{fyne.KeyDown, plain, "keys.select", list(fyne.KeyDown)},
			{fyne.KeyHome, plain, "keys.ends", list(fyne.KeyHome)},
			{fyne.KeyEnd, plain, "keys.ends", list(fyne.KeyEnd)},
			{fyne.KeyPageUp, plain, "keys.page", list(fyne.KeyPageUp)},
			{fyne.KeyPageDown, plain, "keys.page", list(fyne.KeyPageDown)},
			{fyne.KeyRight, plain, "keys.open", list(fyne.KeyRight)},
			{fyne.KeyLeft, plain, "keys.close", list(fyne.KeyLeft)},
			{fyne.KeyA, command, "keys.all", func() { f.window.list.rows.SelectAll() }},
			{fyne.KeyEscape, plain, "keys.escape", f.escape},
		},
		{
			{fyne.KeyReturn, plain, "keys.details", list(fyne.KeyReturn)},
			{desktop.KeyMenu, plain, "keys.menu", list(desktop.KeyMenu)},
			{fyne.KeySpace, plain, "keys.pause", f.pauseOrResumeSelected},
			{fyne.KeyF5, plain, "keys.retry", act(actRetry)},
			{fyne.KeyC, command, "keys.link", act(actLink)},
			{fyne.KeyUp, alt, "keys.up", act(actUp)},
			{fyne.KeyDown, alt, "keys.down", act(actDown)},
			{fyne.KeyUp, command | alt, "keys.top", act(actTop)},
			{fyne.KeyDown, command | alt, "keys.bottom", act(actBottom)},
			{fyne.KeyDelete, plain, "keys.remove", f.dropSelected},
			{fyne.KeyBackspace, plain, "keys.remove", f.dropSelected},
			{fyne.KeyZ, command, "keys.undo", f.undo},
		},
	}
}

// keyboard is what the window's keys do.
type keyboard struct {
	plain  map[fyne.KeyName]func()
	chords map[string]func() // by the toolkit's name of the shortcut
}

// bindKeys gives the window its keys. Those that act on selected rows work
// wherever no text field has the focus.
func (f *ferry) bindKeys(canvas fyne.Canvas) {
	f.keyboard = keyboard{plain: map[fyne.KeyName]func(){}, chords: map[string]func(){}}
	for _, s := range slices.Concat(f.shortcuts()...) {
		if s.modifier == plain {
			f.keyboard.plain[s.key] = s.do
			continue
		}
		chord := s.chord()
		f.keyboard.chords[chord.ShortcutName()] = s.do
		canvas.AddShortcut(chord, f.typedChord)
	}
	f.keyboard.plain[fyne.KeyEnter] = f.keyboard.plain[fyne.KeyReturn]
	canvas.SetOnTypedKey(func(event *fyne.KeyEvent) { f.typed(event.Name) })
}

// chord is the shortcut as the toolkit calls it: some have names of their own.
func (s shortcut) chord() fyne.Shortcut {
	if s.modifier == command {
		switch s.key {
		case fyne.KeyA:
			return &fyne.ShortcutSelectAll{}
		case fyne.KeyC:
			return &fyne.ShortcutCopy{}
		case fyne.KeyV:
			return &fyne.ShortcutPaste{}
		case fyne.KeyZ:
			return &fyne.ShortcutUndo{}
		}
	}
	return &desktop.CustomShortcut{KeyName: s.key, Modifier: s.modifier}
}

// typed does what a key without modifiers does. While something lies over the
// window only Escape means something, and takes it away.
func (f *ferry) typed(key fyne.KeyName) {
	if f.covered() {
		if key == fyne.KeyEscape {
			f.dismiss()
		}
		return
	}
	if do := f.keyboard.plain[key]; do != nil {
		do()
	}
}

// typedChord does what a key with modifiers does, unless something lies over the
// window.
func (f *ferry) typedChord(chord fyne.Shortcut) {
	if do := f.keyboard.chords[chord.ShortcutName()]; do != nil && !f.covered() {
		do()
	}
}

func (f *ferry) covered() bool { return f.window.window.Canvas().Overlays().Top() != nil }

// typeInList gives a key to the list, and the keyboard with it. The list itself
// comes here with keys it does not know.
func (f *ferry) typeInList(key fyne.KeyName) {
	rows := f.window.list.rows
	if f.window.window.Canvas().Focused() == rows || !rows.Visible() {
		return
	}
	f.toList()
	rows.TypedKey(&fyne.KeyEvent{Name: key})
}

// escape takes away what was done last: the search, the details, the selection.
func (f *ferry) escape() {
	switch {
	case f.window.filter.field.Text != "":
		f.window.filter.field.Clear()
	case f.window.details.content.Visible():
		f.closeDetails()
	default:
		f.window.list.rows.ClearSelection()
	}
}

// String is the shortcut as it is written: "Ctrl+Shift+O".
func (s shortcut) String() string {
	var parts []string
	for _, m := range []struct {
		modifier fyne.KeyModifier
		name     string
	}{{command, commandName()}, {alt, altName()}, {shift, words.Say("key.shift")}} {
		if s.modifier&m.modifier != 0 {
			parts = append(parts, m.name)
		}
	}
	return strings.Join(append(parts, keyName(s.key)), "+")
}

func commandName() string {
	if runtime.GOOS == "darwin" {
		return "⌘"
	}
	return words.Say("key.ctrl")
}

func altName() string {
	if runtime.GOOS == "darwin" {
		return "⌥"
	}
	return words.Say("key.alt")
}

// keyName is what is printed on a key.
func keyName(key fyne.KeyName) string {
	if name := map[fyne.KeyName]string{
		fyne.KeyUp: "↑", fyne.KeyDown: "↓", fyne.KeyLeft: "←", fyne.KeyRight: "→", fyne.KeyComma: ",",
	}[key]; name != "" {
		return name
	}
	if name := map[fyne.KeyName]string{
		fyne.KeySpace: "key.space", fyne.KeyReturn: "key.enter", fyne.KeyDelete: "key.delete", fyne.KeyBackspace: "key.backspace", fyne.KeyEscape: "key.escape",
		fyne.KeyHome: "key.home", fyne.KeyEnd: "key.end", fyne.KeyPageUp: "key.page-up", fyne.KeyPageDown: "key.page-down",
	}[key]; name != "" {
		return words.Say(name)
	}
	return string(key)
}
