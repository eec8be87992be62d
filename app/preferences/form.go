package preferences

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// sectionForm is the fields of a section. Each shows one setting and changes it at once.
// The translation keys of a field are "settings." and its key.
type sectionForm struct {
	form.Host
	book     *settings.Current
	relayout func() // after the height of a field has changed

	scheduleControl *scheduleControl // in the section about transfers
	rows            []fyne.CanvasObject
	shows           []func(settings.Settings)
}

// heading adds the heading of a group of fields.
func (f *sectionForm) heading(key string) {
	label := widget.NewLabelWithStyle(words.Text("settings."+key), fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
	above := theme.Grid(2)
	if len(f.rows) == 0 {
		above = -theme.Grid(2)
	}
	f.rows = append(f.rows, form.Indent(label, above))
}

// field adds a control with its name and explanation.
func (f *sectionForm) field(key string, control fyne.CanvasObject) *dialog.Setting {
	row := dialog.NewSetting(words.Text("settings."+key), words.Text("settings."+key+".help"), control)
	f.rows = append(f.rows, row)
	return row
}

// wide adds a control that needs the full width.
func (f *sectionForm) wide(key string, control fyne.CanvasObject) *dialog.Setting {
	row := dialog.NewWideSetting(words.Text("settings."+key), words.Text("settings."+key+".help"), control)
	f.rows = append(f.rows, row)
	return row
}

// onShow calls show now and whenever the settings change.
func (f *sectionForm) onShow(show func(settings.Settings)) {
	show(f.book.Get())
	f.shows = append(f.shows, show)
}

// show shows changed settings in all fields.
func (f *sectionForm) show(s settings.Settings) {
	for _, show := range f.shows {
		show(s)
	}
}

// fieldOf is the index of the field that has the focus; -1 for none.
func (f *sectionForm) fieldOf(focused fyne.Focusable) int {
	return slices.IndexFunc(f.rows, func(row fyne.CanvasObject) bool {
		field, ok := row.(*dialog.Setting)
		return ok && focused != nil && any(field.Control()) == any(focused)
	})
}

// controlAt is the control of the field with an index; nil for none.
func (f *sectionForm) controlAt(place int) fyne.Focusable {
	if place < 0 || place >= len(f.rows) {
		return nil
	}
	if field, ok := f.rows[place].(*dialog.Setting); ok {
		control, _ := field.Control().(fyne.Focusable)
		return control
	}
	return nil
}

// checkbox adds a setting that is on or off.
func (f *sectionForm) checkbox(key string, at func(*settings.Settings) *bool) {
	box := form.NewCheckbox(f.Host, func(on bool) { f.book.Update(func(s *settings.Settings) { *at(s) = on }) })
	f.field(key, box)
	f.onShow(func(s settings.Settings) {
		if on := *at(&s); on != box.Checked {
			box.Checked = on
			box.Refresh()
		}
	})
}

// selectOne adds a setting that has one of some values. A current value that is not one
// of them is added to them.
func selectOne[T comparable](f *sectionForm, key string, at func(*settings.Settings) *T, values []T, label func(T) string) *form.Select {
	values = slices.Clone(values)
	labels := make([]string, len(values))
	for i, value := range values {
		labels[i] = label(value)
	}
	control := form.NewSelect(f.Host, labels, func(index int) {
		f.book.Update(func(s *settings.Settings) { *at(s) = values[index] })
	})
	f.field(key, control)
	f.onShow(func(s settings.Settings) {
		value := *at(&s)
		index := slices.Index(values, value)
		if index < 0 {
			index = len(values)
			values = append(values, value)
			control.Options = append(control.Options, label(value))
		}
		control.ShowIndex(index)
	})
	return control
}

// button adds a button that is not a setting.
func (f *sectionForm) button(key string, icon fyne.Resource, do func()) {
	f.field(key, form.NewButton(f.Host, words.Text("settings."+key+".do"), icon, do))
}
