package app

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/windowstate"
	"github.com/ferryapp/ferry/uploader"
)

func TestAddWithOptions(t *testing.T) {
	path := apptest.File(t, "a.mov")
	s := startWindow(t, apptest.NewEngine(), withChosen(path))
	s.choose(2)
	s.adder.addWithOptions()
	entries := inDialog[*form.Entry](s)
	folder, metadata, limit := entries[0], entries[1], entries[2]
	folder.SetText("../raw")
	s.press("Choose files…")
	if len(inDialog[*form.Entry](s)) == 0 {
		t.Fatal("a folder that leads outside was accepted")
	}
	folder.SetText("/2026/raw/")
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
	want := uploader.BatchOptions{Folder: "2026/raw", Metadata: "project=Iceland", Limit: 2_000_000, Exists: uploader.ExistsSkip, UploadAgain: true}
	if diff := cmp.Diff(want, add.Options); diff != "" || add.Server != 2 || !cmp.Equal(add.Paths, []string{path}) {
		t.Errorf("added %+v\n%s", add, diff)
	}
}

// TestFolderOnServerIsKeptForEachServer: the folder that was given last is offered again, for
// the same server, also after a restart.
func TestFolderOnServerIsKeptForEachServer(t *testing.T) {
	s := startWindow(t, apptest.NewEngine())
	folderOf := func(server uploader.ServerID) *form.Entry {
		s.choose(server)
		s.adder.addWithOptions()
		return inDialog[*form.Entry](s)[0]
	}
	folderOf(2).SetText("2026")
	s.adder.drop(apptest.URIs(apptest.File(t, "a.mov")))
	if add := s.waitCommand(1).(uploader.Add); add.Options.Folder != "2026" || add.Server != 2 {
		t.Errorf("added %+v", add)
	}
	if got := folderOf(uploader.BuiltinServer).Text; got != "" {
		t.Errorf("another server has folder %q", got)
	}
	s.dialogs.CloseTop()
	if got := folderOf(2).Text; got != "2026" {
		t.Errorf("the server has folder %q", got)
	}
	saved, err := json.Marshal(s.config.State.Get())
	if err != nil {
		t.Fatal(err)
	}
	if restored, err := windowstate.Parse(saved); err != nil || restored.Folders[2] != "2026" {
		t.Errorf("restored %+v, %v", restored.Folders, err)
	}
}

// TestFolderIsNotOfferedToServerThatTakesNone: the dialog says so.
func TestFolderIsNotOfferedToServerThatTakesNone(t *testing.T) {
	snapshot := apptest.Snapshot()
	snapshot.Servers[1].Options.Folders = uploader.FoldersFlat
	s := startWindow(t, apptest.NewEngineAt(snapshot))
	s.choose(2)
	s.adder.addWithOptions()
	if folder := inDialog[*form.Entry](s)[0]; !folder.Disabled() || folder.Text != "" {
		t.Errorf("the folder can be entered: %q", folder.Text)
	}
	texts := strings.Join(apptest.Texts(s.overlay()), "\n")
	if !strings.Contains(texts, "This server is told of no folders.") {
		t.Errorf("texts are %q", texts)
	}
}
