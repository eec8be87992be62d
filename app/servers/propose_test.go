package servers

import (
	"testing"

	"github.com/ferryapp/ferry/app/internal/apptest"
)

// TestProposeFillsInTheDialog proposes a server as a link does. Nothing is saved or sent
// before the user tests the server.
func TestProposeFillsInTheDialog(t *testing.T) {
	s := start(t, apptest.NewEngine())
	s.Propose("Example", "https://uploads.example.com/files/")
	if s.dialog.name.Text != "Example" || s.dialog.address.Text != "https://uploads.example.com/files/" || s.dialog.old.ID != 0 {
		t.Errorf("the dialog has %q at %q for server %d", s.dialog.name.Text, s.dialog.address.Text, s.dialog.old.ID)
	}
	if s.dialog.checked || len(s.access.Tested) > 0 {
		t.Error("a proposed server can be added before it is tested")
	}
	if !s.dialog.name.Visible() {
		t.Error("the proposed name is hidden")
	}
	if got := s.engine.Commands(); len(got) > 0 {
		t.Errorf("engine received %v", got)
	}
}
