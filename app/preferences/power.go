package preferences

import (
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
)

// addPower adds the settings of the power of this computer.
func (f *sectionForm) addPower() {
	addSelect(f, "keep-awake", func(s *settings.Settings) *settings.KeepAwake { return &s.Power.KeepAwake },
		[]settings.KeepAwake{settings.KeepAwakePlugged, settings.KeepAwakeAlways, settings.KeepAwakeNever},
		func(k settings.KeepAwake) string { return words.Text("settings.keep-awake." + string(k)) })
}
