package servers

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
)

// TestPageShowsAddresses: servers can differ in nothing but the path. A query may be a secret.
func TestPageShowsAddresses(t *testing.T) {
	engine := apptest.NewEngine()
	snapshot := *engine.Snapshot()
	snapshot.Servers = []uploader.Server{
		{ID: uploader.BuiltinServer, Name: uploader.BuiltinName},
		{ID: 2, Name: "Studio", Endpoint: "https://up.example.com/a/?token=secret"},
		{ID: 3, Name: "up.example.com", Endpoint: "https://up.example.com/b/"},
	}
	engine.Publish(&snapshot)
	s := start(t, engine)
	var texts []string
	for _, object := range s.Page(form.Host{Close: func() {}, Reveal: func(fyne.CanvasObject) {}}, func() {}) {
		for _, inner := range test.LaidOutObjects(object) {
			if text, ok := inner.(*widget.RichText); ok {
				texts = append(texts, text.String())
			}
		}
	}
	shown := strings.Join(texts, "\n")
	for _, want := range []string{"https://up.example.com/a/", "https://up.example.com/b/"} {
		if !strings.Contains(shown, want) {
			t.Errorf("no %q in:\n%s", want, shown)
		}
	}
	if strings.Contains(shown, "secret") {
		t.Errorf("the query is in:\n%s", shown)
	}
}
