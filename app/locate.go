package app

import (
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// locate asks where a missing file is, and has its upload go on with it there.
func (f *ferry) locate(t *uploader.Transfer) {
	question := platform.Question{Title: words.Say("choose.missing", words.Data{"Name": nameOf(t)}), Accept: words.Say("choose.accept")}
	f.chooseThen(f.system.chooser.Files, question, f.askFile, func(paths []string) {
		f.order(uploader.Relocate{ID: t.ID, Path: paths[0]}, func(err error) {
			f.errands.post(func() { f.located(t, paths[0], err) })
		})
	})
}

// located says what became of it. A file of which nothing proves that it is the one
// is added like any other: then it is asked about.
func (f *ferry) located(t *uploader.Transfer, path string, err error) {
	switch {
	case err == nil || fault.Stopped(err):
	case fault.Is(err, fault.Several):
		f.addTo(t.Server, []string{path}, 0)
	case fault.Is(err, fault.Mismatch):
		f.window.warn(words.Say("locate.other"))
	default:
		f.window.warn(sentenceOf(err))
	}
}
