package app

import (
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// askElsewhere offers the servers that a file may go to instead of the one that
// does not take it.
func (f *ferry) askElsewhere(t *uploader.Transfer) {
	s := f.snapshot()
	refused, _ := s.Server(t.Server)
	answers := []answer{{label: words.Say("cancel")}, {label: words.Say("top.add-server"), do: f.askServer}}
	for _, server := range s.Servers {
		if server.ID != t.Server {
			name := shorten(words.Server(server), longestName)
			answers = append(answers, answer{label: name, importance: widget.HighImportance, do: func() { f.sendElsewhere(t, server.ID) }})
		}
	}
	f.ask(words.Say("elsewhere.title", words.Data{"Name": nameOf(t)}), words.Say("elsewhere.text", words.Data{"Server": words.Server(refused)}), answers...)
}

// sendElsewhere adds a file for another server in place of the upload there is,
// which can be brought back.
func (f *ferry) sendElsewhere(t *uploader.Transfer, to uploader.ServerID) {
	f.takeOff(these(t))
	f.addTo(to, []string{t.Source.Path}, 0)
}
