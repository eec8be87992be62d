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

// sectionForm is the fields of a section. Each field shows one setting and saves changes
// immediately. The translation keys of a field consist of "settings." and its key.
type sectionForm struct {
	form.Host
	current  *settings.Current
	relayout func() // called after the height of a field has changed

	scheduleControl *scheduleControl // nil except in the section about transfers
	rows            []fyne.CanvasObject
	shows           []func(settings.Settings) // update the fields
}

// addHeading adds the heading of a group of fields.
func (f *sectionForm) addHeading(key string) {
	label := widget.NewLabelWithStyle(words.Text("settings."+key), fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
	above := theme.Grid(2)
	if len(f.rows) == 0 {
		above = -theme.Grid(2)
	}
	f.rows = append(f.rows, form.Indent(label, above))
}

// addField adds a control with its name and explanation.
func (f *sectionForm) addField(key string, control fyne.CanvasObject) *dialog.Setting {
	row := dialog.NewSetting(words.Text("settings."+key), words.Text("settings."+key+".help"), control)
	f.rows = append(f.rows, row)
	return row
}

// addWideField adds a control that needs the full width.
func (f *sectionForm) addWideField(key string, control fyne.CanvasObject) *dialog.Setting {
	row := dialog.NewWideSetting(words.Text("settings."+key), words.Text("settings."+key+".help"), control)
	f.rows = append(f.rows, row)
	return row
}

// onShow calls show now and whenever the settings change.
func (f *sectionForm) onShow(show func(settings.Settings)) {
	show(f.current.Get())
	f.shows = append(f.shows, show)
}

// show updates all fields to changed settings.
func (f *sectionForm) show(s settings.Settings) {
	for _, show := range f.shows {
		show(s)
	}
}

// fieldOf returns the index of the field whose control is focused; -1 for none.
func (f *sectionForm) fieldOf(focused fyne.Focusable) int {
	return slices.IndexFunc(f.rows, func(row fyne.CanvasObject) bool {
		field, ok := row.(*dialog.Setting)
		return ok && focused != nil && any(field.Control()) == any(focused)
	})
}

// controlAt returns the control of the field with an index; nil for none.
func (f *sectionForm) controlAt(index int) fyne.Focusable {
	if index < 0 || index >= len(f.rows) {
		return nil
	}
	if field, ok := f.rows[index].(*dialog.Setting); ok {
		control, _ := field.Control().(fyne.Focusable)
		return control
	}
	return nil
}

// addCheckbox adds a boolean setting. Field returns the address of the setting.
func (f *sectionForm) addCheckbox(key string, field func(*settings.Settings) *bool) {
	box := form.NewCheckbox(f.Host, func(on bool) { f.current.Update(func(s *settings.Settings) { *field(s) = on }) })
	f.addField(key, box)
	f.onShow(func(s settings.Settings) {
		if on := *field(&s); on != box.Checked {
			box.Checked = on
			box.Refresh()
		}
	})
}

// addSelect adds a setting with a list of possible values. Field returns the address of the
// setting. If its value is not in the list, it is added to the list.
func addSelect[T comparable](f *sectionForm, key string, field func(*settings.Settings) *T, values []T, label func(T) string) {
	values = slices.Clone(values)
	labels := make([]string, len(values))
	for i, value := range values {
		labels[i] = label(value)
	}
	control := form.NewSelect(f.Host, labels, func(index int) {
		f.current.Update(func(s *settings.Settings) { *field(s) = values[index] })
	})
	f.addField(key, control)
	f.onShow(func(s settings.Settings) {
		value := *field(&s)
		index := slices.Index(values, value)
		if index < 0 {
			index = len(values)
			values = append(values, value)
			control.Options = append(control.Options, label(value))
		}
		control.ShowIndex(index)
	})
}

// addButton adds a button that is not a setting.
func (f *sectionForm) addButton(key string, icon fyne.Resource, do func()) {
	f.addField(key, form.NewButton(f.Host, words.Text("settings."+key+".do"), icon, do))
}
