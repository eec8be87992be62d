package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
)

func TestPaste(t *testing.T) {
	copied := func(text string) func(*Config, *fakeDesktop) {
		return func(_ *Config, d *fakeDesktop) { d.clipboardText = text }
	}
	t.Run("files are added", func(t *testing.T) {
		one, two := apptest.File(t, "a b.mov"), apptest.File(t, "海.mov")
		s := startWindow(t, apptest.NewEngine(), copied("copy\n"+apptest.URIs(one)[0].String()+"\n"+apptest.URIs(two)[0].String()))
		s.adder.paste()
		if diff := cmp.Diff([]string{one, two}, s.waitCommand(1).(uploader.Add).Paths); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("paths in the text are added if files cannot be read", func(t *testing.T) {
		one := apptest.File(t, "a.mov")
		s := startWindow(t, apptest.NewEngine())
		s.toolkit.Clipboard().SetContent(one + "\n")
		s.adder.paste()
		if diff := cmp.Diff([]string{one}, s.waitCommand(1).(uploader.Add).Paths); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("text without paths shows a message", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(), copied("rm -rf /; $(reboot)"))
		s.adder.paste()
		s.until("message is shown", func() bool { return s.message() == "No files on the clipboard." })
		if len(s.engine.Commands()) > 0 {
			t.Error("engine received a command")
		}
	})
}
