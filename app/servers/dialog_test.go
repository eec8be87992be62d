package servers

import (
	"context"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// startChecked opens the dialog, types an address and checks it.
func startChecked(t *testing.T, engine *apptest.Engine, address string) (*testManager, *serverDialog) {
	t.Helper()
	s := start(t, engine)
	s.Add()
	test.Type(s.dialog.address, address)
	test.Tap(s.dialog.check)
	return s, s.dialog
}

func (d *serverDialog) resultText() string {
	return d.result.Text()
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func TestAddServer(t *testing.T) {
	capable := tus.Capabilities{Known: true, Extensions: []string{tus.Creation, tus.Termination}, MaxSize: 5 * apptest.Gigabyte}
	t.Run("one that answers is shown with what it can do, saved, and chosen", func(t *testing.T) {
		s, d := startChecked(t, apptest.EngineAnswering(capable, nil), "up.example.com/files/")
		s.until("it may be added", d.accept.Visible)
		for _, part := range []string{"Ready", "Maximum file size: 5.0 GB.", "Features: cancelling uploads."} {
			if !strings.Contains(d.resultText(), part) {
				t.Errorf("said %q, without %q", d.resultText(), part)
			}
		}
		test.Tap(d.accept)
		want := uploader.Command(uploader.SaveServer{Server: uploader.Server{Name: "up.example.com", Endpoint: "https://up.example.com/files/"}})
		if diff := cmp.Diff(want, s.waitCommand(1)); diff != "" {
			t.Error(diff)
		}
		s.until("it is the destination", func() bool {
			server, _ := s.engine.Snapshot().Server(s.chosen)
			return server.Name == "up.example.com"
		})
		if s.window.Canvas().Overlays().Top() != nil {
			t.Error("the dialog stays")
		}
	})
	t.Run("its name may be given", func(t *testing.T) {
		s, d := startChecked(t, apptest.EngineAnswering(capable, nil), "up.example.com")
		s.until("it may be added", d.accept.Visible)
		test.Type(d.name, "Cutting room")
		test.Tap(d.accept)
		if got := s.waitCommand(1).(uploader.SaveServer).Server.Name; got != "Cutting room" {
			t.Errorf("saved as %q", got)
		}
	})
	t.Run("what is no tus server is said and not taken", func(t *testing.T) {
		s, d := startChecked(t, apptest.EngineAnswering(tus.Capabilities{}, fault.New(fault.NotTus, fault.Probe, nil)), "example.com")
		s.until("it is said", func() bool { return strings.Contains(d.resultText(), "not a tus upload server") })
		if d.accept.Visible() || d.busy.Visible() {
			t.Error("it may be added all the same")
		}
	})
	t.Run("one that is away may be taken all the same", func(t *testing.T) {
		s, d := startChecked(t, apptest.EngineAnswering(tus.Capabilities{}, fault.New(fault.Unreachable, fault.Probe, nil)), "up.example.com")
		s.until("it is offered", d.accept.Visible)
		if d.accept.Text != "Add anyway" {
			t.Errorf("offered as %q", d.accept.Text)
		}
	})
	t.Run("one that asks for a sign-in says where that is chosen, and what is wrong with the one typed", func(t *testing.T) {
		s, d := startChecked(t, apptest.EngineAnswering(tus.Capabilities{}, fault.New(fault.Auth, fault.Probe, nil)), "up.example.com")
		s.until("it is said", func() bool { return strings.Contains(d.resultText(), "Choose a sign-in method above") })
		d.signIn.SetSelectedIndex(1)
		test.Type(d.secret, "t0ken")
		if d.accept.Visible() {
			t.Error("what was said before is still offered")
		}
		rightOf := func(o fyne.CanvasObject) float32 {
			return fyne.CurrentApp().Driver().AbsolutePositionForObject(o).X + o.Size().Width
		}
		if button, page := rightOf(d.check), rightOf(d.page); button != page {
			t.Errorf("the last button ends at %g, the fields at %g", button, page)
		}
		test.Tap(d.check)
		s.until("it is said", func() bool { return strings.Contains(d.resultText(), "rejected the sign-in") })
	})
	t.Run("what is no address is said without asking anyone", func(t *testing.T) {
		_, d := startChecked(t, apptest.NewEngine(), "ftp://up.example.com")
		if d.resultText() != "The address must start with https:// or http://" {
			t.Errorf("said %q", d.resultText())
		}
	})
	t.Run("while it is asked the dialog shows so, and closing it ends the asking", func(t *testing.T) {
		asked, ended := make(chan struct{}), make(chan struct{})
		engine := apptest.NewEngine()
		engine.ProbeFunc = func(ctx context.Context, _ string) (tus.Capabilities, error) {
			close(asked)
			engine.Wake()
			<-ctx.Done()
			close(ended)
			engine.Wake()
			return tus.Capabilities{}, ctx.Err()
		}
		s, d := startChecked(t, engine, "slow.example.com")
		if !d.busy.Visible() || !d.check.Disabled() {
			t.Error("nothing shows that it is asked")
		}
		s.until("it is asked", func() bool { return closed(asked) })
		test.Tap(d.cancel)
		s.until("the asking ends", func() bool { return closed(ended) })
	})
	t.Run("an answer to another address is passed over", func(t *testing.T) {
		s, d := startChecked(t, apptest.EngineAnswering(capable, nil), "up.example.com")
		test.Type(d.address, "x")
		if d.accept.Visible() {
			t.Error("what was found out before the address changed is kept")
		}
		s.config.Bridge.Post(func() { d.checked(d.attempt-1, connect.TestResult{Capabilities: capable}, 0, nil) })
		s.until("it is passed over", func() bool { return s.ui.Idle() })
		if d.accept.Visible() {
			t.Error("the answer to another address counts")
		}
	})
	t.Run("a server that cannot be saved is said", func(t *testing.T) {
		engine := apptest.EngineAnswering(capable, nil)
		engine.Err = fault.New(fault.LocalDisk, fault.Save, nil)
		s, d := startChecked(t, engine, "up.example.com")
		s.until("it may be added", d.accept.Visible)
		test.Tap(d.accept)
		s.until("it is said", func() bool { return strings.Contains(d.resultText(), "disk") })
	})
}
