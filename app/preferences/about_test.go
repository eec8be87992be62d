package preferences

import (
	"runtime"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/assets/notices"
	"github.com/ferryapp/ferry/docs"
)

func TestVersionIsShownAndCopied(t *testing.T) {
	s, d := startAt(t, SectionAbout)
	want := "1.2.3+abc " + runtime.GOOS + "/" + runtime.GOARCH
	if texts := apptest.Texts(s.window.Canvas().Overlays().Top()); !slices.Contains(texts, want) {
		t.Errorf("texts %q, want %q among them", texts, want)
	}
	test.Tap(d.row(t, "version").Control().(*form.Button))
	if s.copied != want {
		t.Errorf("copied %q, want %q", s.copied, want)
	}
	if d.reset.Visible() {
		t.Error("a section without settings can be reset")
	}
}

// TestChangesAreShown checks that the dialog shows what changed in the release that is
// chosen, the newest one first.
func TestChangesAreShown(t *testing.T) {
	s, d := startAt(t, SectionAbout)
	test.Tap(d.row(t, "changes").Control().(*form.Button))
	releases := docs.Releases()
	chosen, ok := s.window.Canvas().Focused().(*form.Select)
	if !ok || len(chosen.Options) != len(releases) || chosen.SelectedIndex() != 0 {
		t.Fatalf("focused is %v, want a list of %d releases with the first one chosen", s.window.Canvas().Focused(), len(releases))
	}
	for i, r := range releases {
		chosen.SetSelectedIndex(i)
		shown := withoutSpace(strings.Join(apptest.Texts(s.window.Canvas().Overlays().Top()), ""))
		if !strings.Contains(shown, withoutSpace(r.Text())) {
			t.Errorf("%s: %q is shown", r.Version, shown)
		}
	}
}

// TestLicencesAreShown checks that the dialog shows the licence of the component that is
// chosen, each with all of its text.
func TestLicencesAreShown(t *testing.T) {
	s, d := startAt(t, SectionAbout)
	test.Tap(d.row(t, "licences").Control().(*form.Button))
	components := notices.Components()
	chosen, ok := s.window.Canvas().Focused().(*form.Select)
	if !ok || len(chosen.Options) != len(components) || chosen.SelectedIndex() != 0 {
		t.Fatalf("focused is %v, want a list of %d components with the first one chosen", s.window.Canvas().Focused(), len(components))
	}
	for i, c := range components {
		chosen.SetSelectedIndex(i)
		shown := withoutSpace(strings.Join(apptest.Texts(s.window.Canvas().Overlays().Top()), ""))
		if !strings.Contains(shown, withoutSpace(c.String()+c.Licence)) {
			t.Errorf("%s: %q is shown", c, shown)
		}
	}
	chosen.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if s.window.Canvas().Focused() == chosen {
		t.Error("Escape did not close the licences")
	}
	if !d.box.Visible() {
		t.Error("Escape closed the settings below the licences too")
	}
}

// withoutSpace removes spaces and line breaks, which depend on the width of the dialog.
func withoutSpace(text string) string { return strings.Join(strings.Fields(text), "") }
