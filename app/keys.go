package app

import (
	"runtime"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
)

// shortcut is a key of the window and its action. The help shows the same table.
type shortcut struct {
	key         fyne.KeyName
	modifier    fyne.KeyModifier
	description string // translation key; successive shortcuts with the same one are one line of the help
	do          func()
}

// The modifiers. Command is Ctrl, or ⌘ on macOS.
const (
	plain   = fyne.KeyModifier(0)
	alt     = fyne.KeyModifierAlt
	shift   = fyne.KeyModifierShift
	command = fyne.KeyModifierShortcutDefault
)

// keyActions are the actions of keys that the window itself does not implement.
type keyActions struct {
	addFiles, addFolder, paste, openHistory, openSettings, quit func()
	pauseOrResume, remove, undo                                 func() // of the selection, and of the last removal
	act                                                         func(view.Action)
}

// keyboard handles the window's keys. It must be used on the UI goroutine.
type keyboard struct {
	window  *window
	dialogs *form.Dialogs
	actions keyActions
	plain   map[fyne.KeyName]func()
	chords  map[string]func() // by the toolkit's name of the shortcut
	pressed int               // hardware code of the key that was pressed last
}

// commaCode is the hardware code of the key with the comma on a US keyboard.
var commaCode = map[string]int{"linux": 59, "windows": 51, "darwin": 43}[runtime.GOOS]

// newKeyboard registers the keys of a window. Those that act on selected rows work unless
// a text field has the focus.
func newKeyboard(w *window, dialogs *form.Dialogs, actions keyActions) *keyboard {
	k := &keyboard{window: w, dialogs: dialogs, actions: actions, plain: map[fyne.KeyName]func(){}, chords: map[string]func(){}}
	canvas := w.window.Canvas()
	for _, s := range slices.Concat(k.shortcuts()...) {
		if s.modifier == plain {
			k.plain[s.key] = s.do
			continue
		}
		chord := s.chord()
		k.chords[chord.ShortcutName()] = s.do
		canvas.AddShortcut(chord, k.typedChord)
	}
	k.plain[fyne.KeyEnter] = k.plain[fyne.KeyReturn]
	if physical, ok := canvas.(desktop.Canvas); ok {
		physical.SetOnKeyDown(func(event *fyne.KeyEvent) { k.pressed = event.Physical.ScanCode })
	}
	canvas.AddShortcut(unnamedChord, k.typedUnnamed)
	canvas.SetOnTypedKey(func(event *fyne.KeyEvent) { k.typed(event.Name) })
	return k
}

// shortcuts returns all keys of the window, in groups.
func (k *keyboard) shortcuts() [][]shortcut {
	act := func(a view.Action) func() { return func() { k.actions.act(a) } }
	list := func(key fyne.KeyName) func() { return func() { k.typeInList(key) } }
	show := func(chosen view.Filter) func() { return func() { k.window.setFilter(chosen) } }
	return [][]shortcut{
		{
			{fyne.KeyO, command, "keys.add-files", k.actions.addFiles},
			{fyne.KeyO, command | shift, "keys.add-folder", k.actions.addFolder},
			{fyne.KeyV, command, "keys.paste", k.actions.paste},
			{fyne.KeyF, command, "keys.find", k.window.find},
			{fyne.Key1, command, "keys.filter", show(view.FilterAll)},
			{fyne.Key2, command, "keys.filter", show(view.FilterActive)},
			{fyne.Key3, command, "keys.filter", show(view.FilterWaiting)},
			{fyne.Key4, command, "keys.filter", show(view.FilterAttention)},
			{fyne.Key5, command, "keys.filter", show(view.FilterDone)},
			{fyne.KeyH, command, "keys.history", k.actions.openHistory},
			{fyne.KeyComma, command, "keys.settings", k.actions.openSettings},
			{fyne.KeyQ, command, "keys.quit", k.actions.quit},
			{fyne.KeyF1, plain, "keys.help", k.showHelp},
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
			{fyne.KeyA, command, "keys.all", func() { k.window.list.Rows.SelectAll() }},
			{fyne.KeyEscape, plain, "keys.escape", k.escape},
		},
		{
			{fyne.KeyReturn, plain, "keys.details", list(fyne.KeyReturn)},
			{fyne.KeyI, command, "keys.selection-details", act(view.ActionDetails)},
			{desktop.KeyMenu, plain, "keys.menu", list(desktop.KeyMenu)},
			{fyne.KeySpace, plain, "keys.pause", k.actions.pauseOrResume},
			{fyne.KeyF5, plain, "keys.retry", act(view.ActionRetry)},
			{fyne.KeyC, command, "keys.link", act(view.ActionCopyLink)},
			{fyne.KeyUp, alt, "keys.up", act(view.ActionMoveUp)},
			{fyne.KeyDown, alt, "keys.down", act(view.ActionMoveDown)},
			{fyne.KeyHome, alt, "keys.top", act(view.ActionMoveTop)},
			{fyne.KeyUp, command | alt, "keys.top", act(view.ActionMoveTop)},
			{fyne.KeyEnd, alt, "keys.bottom", act(view.ActionMoveBottom)},
			{fyne.KeyDown, command | alt, "keys.bottom", act(view.ActionMoveBottom)},
			{fyne.KeyDelete, plain, "keys.remove", k.actions.remove},
			{fyne.KeyBackspace, plain, "keys.remove", k.actions.remove},
			{fyne.KeyZ, command, "keys.undo", k.actions.undo},
		},
	}
}

// chord returns the toolkit's shortcut. The standard ones have separate types.
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

// typed handles a key without modifiers. While a dialog or menu is open it handles only
// Escape, which closes it.
func (k *keyboard) typed(key fyne.KeyName) {
	if k.hasOverlay() {
		if key == fyne.KeyEscape {
			k.dialogs.CloseTop()
		}
		return
	}
	k.window.list.Rows.KeyUsed()
	if do := k.plain[key]; do != nil {
		do()
	}
}

// typedChord handles a key with modifiers, unless a dialog or menu is open.
func (k *keyboard) typedChord(chord fyne.Shortcut) {
	if do := k.chords[chord.ShortcutName()]; do != nil && !k.hasOverlay() {
		k.window.list.Rows.KeyUsed()
		do()
	}
}

// unnamedChord is what the toolkit reports for Ctrl and a punctuation key that has a
// letter of another script on the current keyboard layout, such as Russian. Keys with
// letters on a US keyboard keep their names on every layout.
var unnamedChord = &desktop.CustomShortcut{KeyName: fyne.KeyUnknown, Modifier: command}

// typedUnnamed handles unnamedChord by the place of the key.
func (k *keyboard) typedUnnamed(fyne.Shortcut) {
	if k.pressed == commaCode {
		k.typedChord(&desktop.CustomShortcut{KeyName: fyne.KeyComma, Modifier: command})
	}
}

// hasOverlay reports whether a dialog or menu is open.
func (k *keyboard) hasOverlay() bool { return k.window.window.Canvas().Overlays().Top() != nil }

// typeInList passes a key to the list, and gives it the focus. The list itself calls
// this for keys that it does not handle.
func (k *keyboard) typeInList(key fyne.KeyName) {
	rows := k.window.list.Rows
	if k.window.window.Canvas().Focused() == rows || !rows.Visible() {
		return
	}
	k.window.focusList()
	rows.TypedKey(&fyne.KeyEvent{Name: key})
}

// escape closes the details, or clears the search, or clears the selection. In the search field,
// Escape clears the search.
func (k *keyboard) escape() {
	switch {
	case k.window.details.Content.Visible():
		k.window.closeDetails()
	case k.window.filter.Field.Text != "":
		k.window.filter.Field.Clear()
	default:
		k.window.list.Rows.ClearSelection()
	}
}

// String returns the shortcut in the form "Ctrl+Shift+O".
func (s shortcut) String() string {
	var parts []string
	for _, m := range []struct {
		modifier fyne.KeyModifier
		name     string
	}{{command, commandName()}, {alt, altName()}, {shift, words.Text("key.shift")}} {
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
	return words.Text("key.ctrl")
}

func altName() string {
	if runtime.GOOS == "darwin" {
		return "⌥"
	}
	return words.Text("key.alt")
}

// keyName returns the label of a key.
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
		return words.Text(name)
	}
	return string(key)
}
