package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
)

func TestAddWithOptions(t *testing.T) {
	path := apptest.File(t, "a.mov")
	s := startWindow(t, apptest.NewEngine(), withChosen(path))
	s.choose(2)
	s.adder.addWithOptions()
	entries := inDialog[*form.Entry](s)
	metadata, limit := entries[0], entries[1]
	metadata.SetText("project=Iceland\nproject=twice")
	s.press("Choose files…")
	if len(inDialog[*form.Entry](s)) == 0 {
		t.Fatal("invalid metadata was accepted")
	}
	metadata.SetText("project=Iceland")
	limit.SetText("2")
	exists := inDialog[*form.Select](s)[1]
	if got := exists.Options; len(got) != 3 {
		t.Errorf("a server that cannot overwrite offers %q", got)
	}
	exists.SetSelected("Skip")
	inDialog[*form.Checkbox](s)[0].SetChecked(true)
	s.press("Choose files…")
	add := s.waitCommand(1).(uploader.Add)
	want := uploader.BatchOptions{Metadata: "project=Iceland", Limit: 2_000_000, Exists: uploader.ExistsSkip, UploadAgain: true}
	if diff := cmp.Diff(want, add.Options); diff != "" || add.Server != 2 || !cmp.Equal(add.Paths, []string{path}) {
		t.Errorf("added %+v\n%s", add, diff)
	}
}
