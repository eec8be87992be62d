package servers

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/presets"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/tus"
)

const project = "abcdefghijklmnopqrst"

// choosePreset opens the dialog for a new server and chooses a preset.
func choosePreset(t *testing.T, name string) (*testManager, *serverDialog) {
	t.Helper()
	s := start(t, apptest.EngineAnswering(tus.Capabilities{Known: true}, nil))
	s.Add()
	for i, p := range presets.All() {
		if p.Name == name {
			s.dialog.presets.service.SetSelectedIndex(i)
		}
	}
	return s, s.dialog
}

// field returns the entry of a field of the preset.
func (d *serverDialog) field(t *testing.T, name string) *form.Entry {
	t.Helper()
	for _, f := range d.presets.fields {
		if f.Name == name {
			return f.entry
		}
	}
	t.Fatalf("no field %s", name)
	return nil
}

// labels returns the labels of the visible rows.
func (d *serverDialog) labels() []string {
	var labels []string
	for _, o := range d.rows.Objects {
		if label, ok := o.(*widget.Label); ok && label.Visible() {
			labels = append(labels, label.Text)
		}
	}
	return labels
}

func TestPresetAsksOnlyForWhatIsTheUsers(t *testing.T) {
	for name, want := range map[string][]string{
		"tus":         {"Service", "Address"},
		"supabase":    {"Service", "Project", "Bucket", "Folder", "Token"},
		"cloudflare":  {"Service", "Account ID", "Token"},
		"directus":    {"Service", "Address", "Folder ID", "Token"},
		"opencloud":   {"Service", "Address", "User name", "Space ID", "Folder", "Added folders", "Password"},
		"filebrowser": {"Service", "Address", "Folder", "Headers"},
		"bunny":       {"Service", "Collection ID", "Headers"},
		"transloadit": {"Service", "Assembly URL", "Field name"},
		"given":       {"Service", "Upload URL"},
	} {
		_, d := choosePreset(t, name)
		if diff := cmp.Diff(want, d.labels()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		test.Tap(d.moreButton)
		if labels := strings.Join(d.labels(), ","); !strings.Contains(labels, "Sign-in") || !strings.Contains(labels, "Metadata") {
			t.Errorf("%s: advanced settings are %s", name, labels)
		}
	}
}

func TestServerOfPresetIsSaved(t *testing.T) {
	s, d := choosePreset(t, "supabase")
	test.Type(d.field(t, "project"), project)
	test.Type(d.field(t, "bucket"), "videos")
	test.Type(d.secret, "key")
	test.Tap(d.check)
	s.until("the check has ended", func() bool { return d.checked })
	test.Tap(d.accept)
	saved := s.savedServer()
	p, _ := presets.ByName("supabase")
	want, err := p.Server(presets.Values{"project": project, "bucket": "videos"})
	if diff := cmp.Diff(want, saved, cmpopts.IgnoreFields(uploader.Access{}, "SecretName")); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if stored, _ := s.access.Secret(saved.Access.SecretName); stored != (connect.Secrets{SignIn: "key"}) {
		t.Errorf("keyring has %#v", stored)
	}

	t.Run("the preset is kept when the server is edited", func(t *testing.T) {
		saved.ID = 2
		s.Edit(saved)
		read, _, err := s.dialog.read()
		if s.dialog.presets != nil || err != nil || read.Options != saved.Options {
			t.Errorf("read %+v, %v", read.Options, err)
		}
	})
}

func TestChangedSettingOutlivesChangeOfPresetField(t *testing.T) {
	_, d := choosePreset(t, "supabase")
	test.Type(d.field(t, "project"), project)
	test.Type(d.field(t, "bucket"), "a")
	test.Tap(d.moreButton)
	d.chunkMax.SetText("12 MiB")
	test.Type(d.field(t, "bucket"), "b")
	read, _, err := d.read()
	if err != nil || read.Options.ChunkMax != 12<<20 || read.Options.ChunkMin != 6<<20 || !strings.Contains(read.Options.Metadata, "bucketName=ab\n") {
		t.Errorf("read %+v, %v", read.Options, err)
	}
}

func TestAnotherServiceStartsAnew(t *testing.T) {
	_, d := choosePreset(t, "supabase")
	test.Type(d.field(t, "project"), project)
	test.Type(d.field(t, "bucket"), "a")
	d.presets.service.SetSelectedIndex(0)
	test.Type(d.address, "up.example.com/files/")
	read, _, err := d.read()
	want := uploader.Server{Name: "up.example.com", Endpoint: "https://up.example.com/files/"}
	if read != want || err != nil {
		t.Errorf("read %+v, %v", read, err)
	}
}

func TestInvalidPresetFieldIsReported(t *testing.T) {
	s, d := choosePreset(t, "supabase")
	test.Type(d.field(t, "project"), "My project")
	test.Tap(d.check)
	if !strings.Contains(d.resultText(), "Project: not valid.") || s.window.Canvas().Focused() != fyne.Focusable(d.field(t, "project")) {
		t.Errorf("result %q", d.resultText())
	}
	d.field(t, "project").SetText(project)
	test.Tap(d.check)
	if !strings.Contains(d.resultText(), "Bucket: not valid.") {
		t.Errorf("result %q", d.resultText())
	}
}

func TestPastedAddressIsRecognised(t *testing.T) {
	s := start(t, apptest.EngineAnswering(tus.Capabilities{Known: true}, nil))
	s.Add()
	d := s.dialog
	offered := func() bool { return d.presets.offer[1].Visible() }
	d.address.SetText("https://up.example.com/files/")
	if offered() {
		t.Error("offer for the address of any tus server")
	}
	d.address.SetText("https://cloud.example.com/remote.php/dav/files/einstein/Photos")
	if !offered() || d.presets.offered.String() != "This is an address of OpenCloud or ownCloud." {
		t.Errorf("offer %q", d.presets.offered.String())
	}
	test.Tap(d.presets.use)
	if offered() || d.presets.service.Selected != "OpenCloud or ownCloud" {
		t.Error("the preset is not chosen")
	}
	read, _, err := d.read()
	want := uploader.Server{
		Name: "cloud.example.com", Endpoint: "https://cloud.example.com/remote.php/dav/files/einstein/Photos/",
		Options: uploader.ServerOptions{Preset: "opencloud", UploadPath: "{dir}", Folders: uploader.FoldersByMKCOL, Metadata: "filetype=\nrelativePath="},
		Access:  uploader.Access{SignIn: uploader.SignInBasic, User: "einstein"},
	}
	if diff := cmp.Diff(want, read); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for _, f := range d.presets.fields {
		if f.choice != nil {
			f.choice.SetSelectedIndex(1)
		}
	}
	if read, _, err := d.read(); err != nil || read.Options.Folders != uploader.FoldersFlat {
		t.Errorf("read %+v, %v", read.Options, err)
	}
}

func TestChunkSizeThatTheServerTellsIsSaved(t *testing.T) {
	s, d := choosePreset(t, "directus")
	s.access.Limits = func(o uploader.ServerOptions) uploader.ServerOptions { o.ChunkMax = 10 << 20; return o }
	test.Type(d.field(t, "address"), "cms.example.com")
	test.Type(d.secret, "key")
	test.Tap(d.check)
	s.until("the check has ended", func() bool { return d.checked })
	test.Tap(d.accept)
	if saved := s.savedServer(); saved.Options.ChunkMax != 10<<20 {
		t.Errorf("chunk size %d", saved.Options.ChunkMax)
	}
}

func TestUnknownPlaceholderIsReported(t *testing.T) {
	s := start(t, apptest.EngineAnswering(tus.Capabilities{Known: true}, nil))
	s.Add()
	d := s.dialog
	test.Type(d.address, "up.example.com")
	d.metadata.SetText("a={title}")
	d.startCheck(false)
	if !strings.Contains(d.resultText(), "no placeholder {title}. You can use {name} {path}") {
		t.Errorf("result %q", d.resultText())
	}
	d.metadata.SetText("a={name}")
	d.uploadPath.SetText("../{path}")
	d.startCheck(false)
	if !strings.Contains(d.resultText(), "Enter a path") {
		t.Errorf("result %q", d.resultText())
	}
}

// TestPresetsFitInEveryLanguage checks that no label or choice is wider than the dialog.
func TestPresetsFitInEveryLanguage(t *testing.T) {
	for _, language := range words.Languages() {
		s := start(t, apptest.EngineAnswering(tus.Capabilities{Known: true}, nil))
		if err := words.Load(string(language)); err != nil {
			t.Fatal(err)
		}
		s.Add()
		for i, p := range presets.All() {
			s.dialog.presets.service.SetSelectedIndex(i)
			test.Tap(s.dialog.moreButton)
			if width := s.dialog.rows.MinSize().Width; width > s.dialog.page.Size().Width {
				t.Errorf("%s, %s: %g wide, want at most %g", language, p.Name, width, s.dialog.page.Size().Width)
			}
		}
	}
}
