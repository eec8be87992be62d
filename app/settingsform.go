package app

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// settingsForm is one section of the settings: its fields, each of which changes
// one setting at once and shows what the setting is. The texts of a field are
// under "settings." and its key.
type settingsForm struct {
	reach
	book     *settings.Book
	relayout func() // after a field got another height

	hours *scheduleControl // of the transfers
	rows  []fyne.CanvasObject
	shows []func(settings.Settings)
}

// heading begins a group of fields.
func (f *settingsForm) heading(key string) {
	label := widget.NewLabelWithStyle(words.Say("settings."+key), fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
	above := theme.Grid(2)
	if len(f.rows) == 0 {
		above = -theme.Grid(2)
	}
	f.rows = append(f.rows, newIndent(label, above))
}

// field puts a control under its name and sentence.
func (f *settingsForm) field(key string, control fyne.CanvasObject) *dialog.Setting {
	row := dialog.NewSetting(words.Say("settings."+key), words.Say("settings."+key+".help"), control)
	f.rows = append(f.rows, row)
	return row
}

// wide is a field whose control needs all the width.
func (f *settingsForm) wide(key string, control fyne.CanvasObject) *dialog.Setting {
	row := dialog.NewWideSetting(words.Say("settings."+key), words.Say("settings."+key+".help"), control)
	f.rows = append(f.rows, row)
	return row
}

// showing is called with the settings there are, now and whenever they change.
func (f *settingsForm) showing(show func(settings.Settings)) {
	show(f.book.Get())
	f.shows = append(f.shows, show)
}

// show brings all fields to the state of the settings.
func (f *settingsForm) show(s settings.Settings) {
	for _, show := range f.shows {
		show(s)
	}
}

// fieldOf says at which place on the page the control with the keyboard is; -1 for
// nowhere.
func (f *settingsForm) fieldOf(focused fyne.Focusable) int {
	return slices.IndexFunc(f.rows, func(row fyne.CanvasObject) bool {
		field, ok := row.(*dialog.Setting)
		return ok && focused != nil && any(field.Control()) == any(focused)
	})
}

// controlAt is the control at a place on the page; nil for none.
func (f *settingsForm) controlAt(place int) fyne.Focusable {
	if place < 0 || place >= len(f.rows) {
		return nil
	}
	if field, ok := f.rows[place].(*dialog.Setting); ok {
		control, _ := field.Control().(fyne.Focusable)
		return control
	}
	return nil
}

// flag is a setting that is on or off.
func (f *settingsForm) flag(key string, at func(*settings.Settings) *bool) {
	box := newTick(f.reach, func(on bool) { f.book.Update(func(s *settings.Settings) { *at(s) = on }) })
	f.field(key, box)
	f.showing(func(s settings.Settings) {
		if on := *at(&s); on != box.Checked {
			box.Checked = on
			box.Refresh()
		}
	})
}

// selectOne is a setting with one of some values. One that is not among them, as from
// a file, joins them.
func selectOne[T comparable](f *settingsForm, key string, at func(*settings.Settings) *T, values []T, label func(T) string) *selection {
	values = slices.Clone(values)
	labels := make([]string, len(values))
	for i, value := range values {
		labels[i] = label(value)
	}
	control := newSelection(f.reach, labels, func(index int) {
		f.book.Update(func(s *settings.Settings) { *at(s) = values[index] })
	})
	f.field(key, control)
	f.showing(func(s settings.Settings) {
		value := *at(&s)
		index := slices.Index(values, value)
		if index < 0 {
			index = len(values)
			values = append(values, value)
			control.Options = append(control.Options, label(value))
		}
		control.show(index)
	})
	return control
}

// deed is not a setting but something to do.
func (f *settingsForm) deed(key string, icon fyne.Resource, do func()) {
	f.field(key, newPress(f.reach, words.Say("settings."+key+".do"), icon, do))
}
