package preferences

import (
	"slices"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// addPower adds the settings of the power of this computer, and what follows when all uploads
// are done.
func (f *sectionForm) addPower(chooseProgram func(then func())) {
	addSelect(f, "keep-awake", func(s *settings.Settings) *settings.KeepAwake { return &s.Power.KeepAwake },
		[]settings.KeepAwake{settings.KeepAwakePlugged, settings.KeepAwakeAlways, settings.KeepAwakeNever},
		func(k settings.KeepAwake) string { return words.Text("settings.keep-awake." + string(k)) })
	f.addWhenDone(chooseProgram)
	program := words.Text("settings.program.none")
	if path := f.current.Get().WhenDone.Program; path != "" {
		program = words.Printable(path)
	}
	choose := form.NewButton(f.Host, words.Text("settings.program.do"), theme.Icon(theme.IconFolderOpen), func() { chooseProgram(func() {}) })
	f.rows = append(f.rows, dialog.NewSetting(words.Text("settings.program"), program, choose))
}

// addWhenDone adds what follows when all uploads are done. The choice of a program is saved
// once there is one.
func (f *sectionForm) addWhenDone(chooseProgram func(then func())) {
	actions := settings.DoneActions()
	labels := make([]string, len(actions))
	for i, action := range actions {
		labels[i] = view.DoneActionText(action)
	}
	choose := func(action settings.DoneAction) {
		f.current.Update(func(s *settings.Settings) { s.WhenDone.Action = action })
	}
	var control *form.Select
	show := func(s settings.Settings) { control.ShowIndex(slices.Index(actions, s.WhenDone.Action)) }
	control = form.NewSelect(f.Host, labels, func(index int) {
		if actions[index] != settings.DoneProgram || f.current.Get().WhenDone.Program != "" {
			choose(actions[index])
			return
		}
		show(f.current.Get())
		chooseProgram(func() { choose(settings.DoneProgram) })
	})
	f.addField("when-done", control)
	f.onShow(show)
}
