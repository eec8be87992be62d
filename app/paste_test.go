package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
)

func TestPaste(t *testing.T) {
	copied := func(text string) func(*Config, *fakeDesktop) {
		return func(_ *Config, d *fakeDesktop) { d.copied = text }
	}
	t.Run("files copied in a file manager are added", func(t *testing.T) {
		one, two := file(t, "a b.mov"), file(t, "海.mov")
		s := raise(t, newFakeEngine(), copied("copy\n"+uris(one)[0].String()+"\n"+uris(two)[0].String()))
		s.paste()
		if diff := cmp.Diff([]string{one, two}, s.heard(1).(uploader.Add).Paths); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("where files cannot be read off the clipboard, paths in its text are taken", func(t *testing.T) {
		one := file(t, "a.mov")
		s := raise(t, newFakeEngine())
		s.toolkit.Clipboard().SetContent(one + "\n")
		s.paste()
		if diff := cmp.Diff([]string{one}, s.heard(1).(uploader.Add).Paths); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a text is no file, and is said to be none", func(t *testing.T) {
		s := raise(t, newFakeEngine(), copied("rm -rf /; $(reboot)"))
		s.paste()
		s.until("it is said", func() bool { return s.said() == "No files on the clipboard." })
		if len(s.engine.heard()) > 0 {
			t.Error("something was added")
		}
	})
}
