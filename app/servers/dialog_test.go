package servers

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/widgets/theme"
)

// startChecked opens the dialog for a new server, types an address and starts the check.
func startChecked(t *testing.T, engine *apptest.Engine, address string) (*testManager, *serverDialog) {
	t.Helper()
	s := start(t, engine)
	s.Add()
	test.Type(s.dialog.address, address)
	test.Tap(s.dialog.check)
	return s, s.dialog
}

func (d *serverDialog) resultText() string { return d.result.Text() }

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// TestCheckAsksAboutHost is about a server whose address redirects to another host.
func TestCheckAsksAboutHost(t *testing.T) {
	f := fault.Newf(fault.Refused, fault.Probe, "media.example.com")
	f.Code = fault.CodeHostNotAllowed
	s, d := startChecked(t, apptest.EngineAnswering(tus.Capabilities{}, f), "up.example.com/files/")
	var allow *form.DialogButton
	s.until("the question is open", func() bool {
		for _, o := range test.LaidOutObjects(s.window.Canvas().Overlays().Top()) {
			if button, ok := o.(*form.DialogButton); ok && button.Text == "Allow" {
				allow = button
			}
		}
		return allow != nil
	})
	if d.accept.Text != "Add anyway" {
		t.Errorf("got button %q", d.accept.Text)
	}
	attempt := d.attempt
	test.Tap(allow)
	if d.allowedHosts.Text != "media.example.com" || d.attempt == attempt {
		t.Errorf("allowed hosts are %q", d.allowedHosts.Text)
	}
}

// TestEveryServerCanBeAdded checks the text, its tone and the button for each result of a
// check.
func TestEveryServerCanBeAdded(t *testing.T) {
	creation := func(result uploader.CreationResult, f *fault.Fault) uploader.CreationTest {
		return uploader.CreationTest{Result: result, Name: "ferry-test-1", Fault: f}
	}
	webServer := &fault.Fault{Kind: fault.NotTus, Op: fault.Create, Status: 501, Code: fault.CodeWebServer, ServerMessage: "Unsupported method"}
	refused := &fault.Fault{Kind: fault.Refused, Op: fault.Create, Status: 400, Detail: "details for the log", ServerMessage: "bucket missing"}
	seen := func(kind tus.OptionsKind, status int) tus.Capabilities {
		return tus.Capabilities{Response: tus.OptionsResponse{Kind: kind, Status: status, Host: "login.example.com"}}
	}
	for _, c := range []struct {
		name   string
		result uploader.ServerTest
		err    error
		text   []string
		tone   theme.Tone
		button string
	}{
		{"told", uploader.ServerTest{Capabilities: tus.Capabilities{Known: true}}, nil, []string{"Ready"}, theme.Success, "Add server"},
		{
			"removed",
			uploader.ServerTest{Capabilities: seen(tus.OptionsNotFound, 404), Creation: creation(uploader.CreationRemoved, nil)},
			nil,
			[]string{"HTTP 404", "accepts uploads", "removed it"},
			theme.Warning, "Add server",
		},
		{
			"redirect",
			uploader.ServerTest{Capabilities: seen(tus.OptionsRedirect, 302), Creation: creation(uploader.CreationRemoved, nil)},
			nil,
			[]string{"login.example.com", "HTTP 302"},
			theme.Warning, "Add server",
		},
		{
			"left",
			uploader.ServerTest{Capabilities: seen(tus.OptionsPreflight, 204), Creation: creation(uploader.CreationLeft, refused)},
			nil,
			[]string{"web browser", "“ferry-test-1” stays there"},
			theme.Warning, "Add server",
		},
		{
			"refused",
			uploader.ServerTest{Capabilities: seen(tus.OptionsEmpty, 200), Creation: creation(uploader.CreationRefused, refused)},
			nil,
			[]string{"did not list its features", "refused a test upload", "\nThe server says: “bucket missing”"},
			theme.Warning, "Add anyway",
		},
		{
			"web server",
			uploader.ServerTest{Capabilities: seen(tus.OptionsRejected, 501), Creation: creation(uploader.CreationRefused, webServer)},
			nil,
			[]string{"“up.example.com” is a web server", "HTTP 501", "\nThe server says: “Unsupported method”"},
			theme.Error, "Add anyway",
		},
		{"busy", uploader.ServerTest{}, fault.New(fault.Busy, fault.Probe, nil), nil, theme.Warning, "Add anyway"},
		{"error of the server", uploader.ServerTest{}, &fault.Fault{Kind: fault.Transient, Op: fault.Create, Status: 500, ServerMessage: "disk full"}, []string{"500", "\nThe server says: “disk full”"}, theme.Warning, "Add anyway"},
		{"sign-in", uploader.ServerTest{}, fault.New(fault.Auth, fault.Probe, nil), []string{"sign-in"}, theme.Error, "Add anyway"},
		{"unreachable", uploader.ServerTest{}, fault.New(fault.Unreachable, fault.Probe, nil), nil, theme.Error, "Add anyway"},
		{"certificate", uploader.ServerTest{}, fault.New(fault.TLS, fault.Probe, nil), nil, theme.Error, "Add anyway"},
		{"other version", uploader.ServerTest{}, &fault.Fault{Kind: fault.Refused, Op: fault.Probe, Status: 412}, nil, theme.Error, "Add anyway"},
	} {
		t.Run(c.name, func(t *testing.T) {
			engine := apptest.EngineAnswering(tus.Capabilities{}, c.err)
			s := start(t, engine, func(config *Config) { config.Access.(*apptest.Access).Result = &c.result })
			s.Add()
			d := s.dialog
			test.Type(d.address, "up.example.com/files/")
			test.Tap(d.check)
			s.until("the check has ended", func() bool { return d.checked })
			for _, part := range c.text {
				if !strings.Contains(d.resultText(), part) {
					t.Errorf("result %q does not contain %q", d.resultText(), part)
				}
			}
			if d.result.Color() != c.tone.Color() || d.accept.Text != c.button {
				t.Errorf("colour %q, button %q, want %q, %q", d.result.Color(), d.accept.Text, c.tone.Color(), c.button)
			}
			test.Tap(d.accept)
			if got := s.waitCommand(1).(uploader.SaveServer).Server.Endpoint; got != "https://up.example.com/files/" {
				t.Errorf("saved endpoint %q", got)
			}
		})
	}
}

// TestLongServerMessageStaysInTheDialog: it scrolls, and neither covers the fields nor leaves
// the dialog.
func TestLongServerMessageStaysInTheDialog(t *testing.T) {
	message := strings.Repeat("The bucket of this project does not accept uploads. ", 6)[:300]
	f := &fault.Fault{Kind: fault.Transient, Op: fault.Create, Status: 500, ServerMessage: message}
	for name, size := range map[string]fyne.Size{"smallest": fyne.NewSize(480, 360), "usual": fyne.NewSize(960, 640)} {
		for _, scale := range []float32{1, 2} {
			if name == "smallest" && scale > 1 {
				continue // not even the buttons fit: the whole dialog scrolls
			}
			t.Run(fmt.Sprintf("%s window, size %g", name, scale), func(t *testing.T) {
				s := start(t, apptest.EngineAnswering(tus.Capabilities{}, f))
				apptest.ApplyTheme(t, theme.Light, scale)
				s.window.Resize(size)
				s.Add()
				d := s.dialog
				test.Type(d.address, "up.example.com")
				test.Tap(d.check)
				s.until("the message is shown", func() bool { return strings.Contains(d.resultText(), message[:50]) })
				driver := fyne.CurrentApp().Driver()
				top := func(o fyne.CanvasObject) float32 { return driver.AbsolutePositionForObject(o).Y }
				bottom := func(o fyne.CanvasObject) float32 { return top(o) + o.Size().Height }
				if bottom(d.scroll) > top(d.accept) || top(d.scroll) < bottom(d.page) || bottom(d.accept) > size.Height || top(d.page) < 0 {
					t.Errorf("fields %g to %g, message %g to %g, buttons %g to %g of %g",
						top(d.page), bottom(d.page), top(d.scroll), bottom(d.scroll), top(d.accept), bottom(d.accept), size.Height)
				}
				if d.scroll.Size().Height <= 0 {
					t.Error("nothing of the message is visible")
				}
			})
		}
	}
}

func TestAddServer(t *testing.T) {
	capabilities := tus.Capabilities{Known: true, Extensions: []string{tus.Creation, tus.Termination}, MaxSize: 5 * apptest.Gigabyte}
	t.Run("capabilities are shown, and the server is saved and chosen", func(t *testing.T) {
		s, d := startChecked(t, apptest.EngineAnswering(capabilities, nil), "up.example.com/files/")
		s.until("the check has ended", func() bool { return d.checked })
		for _, part := range []string{"Ready", "Maximum file size: 5.0 GB.", "Features: cancelling uploads."} {
			if !strings.Contains(d.resultText(), part) {
				t.Errorf("result %q does not contain %q", d.resultText(), part)
			}
		}
		test.Tap(d.accept)
		want := uploader.Command(uploader.SaveServer{Server: uploader.Server{Name: "up.example.com", Endpoint: "https://up.example.com/files/"}})
		if diff := cmp.Diff(want, s.waitCommand(1)); diff != "" {
			t.Error(diff)
		}
		s.until("the server is the destination", func() bool {
			server, _ := s.engine.Snapshot().Server(s.chosen)
			return server.Name == "up.example.com"
		})
		if s.window.Canvas().Overlays().Top() != nil {
			t.Error("the dialog is still open")
		}
	})
	t.Run("name is saved", func(t *testing.T) {
		s, d := startChecked(t, apptest.EngineAnswering(capabilities, nil), "up.example.com")
		s.until("the check has ended", func() bool { return d.checked })
		test.Type(d.name, "Cutting room")
		test.Tap(d.accept)
		if got := s.waitCommand(1).(uploader.SaveServer).Server.Name; got != "Cutting room" {
			t.Errorf("got name %q", got)
		}
	})
	t.Run("unreachable server can be added anyway", func(t *testing.T) {
		s, d := startChecked(t, apptest.EngineAnswering(tus.Capabilities{}, fault.New(fault.Unreachable, fault.Probe, nil)), "up.example.com")
		s.until("the check has ended", func() bool { return d.checked })
		if d.accept.Text != "Add anyway" {
			t.Errorf("got button %q", d.accept.Text)
		}
	})
	t.Run("missing and rejected sign-ins are reported", func(t *testing.T) {
		s, d := startChecked(t, apptest.EngineAnswering(tus.Capabilities{}, fault.New(fault.Auth, fault.Probe, nil)), "up.example.com")
		s.until("the fault is shown", func() bool { return strings.Contains(d.resultText(), "Choose a sign-in method above") })
		d.signIn.SetSelectedIndex(1)
		test.Type(d.secret, "t0ken")
		if d.checked || d.accept.Text != "Add server" {
			t.Error("the previous result still allows to add the server")
		}
		rightOf := func(o fyne.CanvasObject) float32 {
			return fyne.CurrentApp().Driver().AbsolutePositionForObject(o).X + o.Size().Width
		}
		if button, page := rightOf(d.accept), rightOf(d.page); button != page {
			t.Errorf("last button ends at %g, fields at %g", button, page)
		}
		test.Tap(d.check)
		s.until("the fault is shown", func() bool { return strings.Contains(d.resultText(), "rejected the sign-in") })
	})
	t.Run("invalid address is reported without a request", func(t *testing.T) {
		_, d := startChecked(t, apptest.NewEngine(), "ftp://up.example.com")
		if d.resultText() != "The address must start with https:// or http://" {
			t.Errorf("got result %q", d.resultText())
		}
	})
	t.Run("closing the dialog cancels the check", func(t *testing.T) {
		started, cancelled := make(chan struct{}), make(chan struct{})
		engine := apptest.NewEngine()
		engine.ProbeFunc = func(ctx context.Context, _ string) (tus.Capabilities, error) {
			close(started)
			engine.Wake()
			<-ctx.Done()
			close(cancelled)
			engine.Wake()
			return tus.Capabilities{}, ctx.Err()
		}
		s, d := startChecked(t, engine, "slow.example.com")
		if !d.busy.Visible() || !d.check.Disabled() || !d.accept.Disabled() {
			t.Error("the running check is not shown")
		}
		s.until("the check has started", func() bool { return closed(started) })
		test.Tap(d.cancel)
		s.until("the check is cancelled", func() bool { return closed(cancelled) })
	})
	t.Run("outdated results are ignored", func(t *testing.T) {
		s, d := startChecked(t, apptest.EngineAnswering(capabilities, nil), "up.example.com")
		test.Type(d.address, "x")
		if d.checked {
			t.Error("the result for the previous address is still used")
		}
		s.config.Bridge.Post(func() { d.showResult(d.attempt-1, uploader.ServerTest{Capabilities: capabilities}, 0, nil) })
		s.until("the result is processed", func() bool { return s.ui.Idle() })
		if d.checked {
			t.Error("an outdated result is used")
		}
	})
	t.Run("error of the store is shown", func(t *testing.T) {
		engine := apptest.EngineAnswering(capabilities, nil)
		engine.Err = fault.New(fault.LocalDisk, fault.Save, nil)
		s, d := startChecked(t, engine, "up.example.com")
		s.until("the check has ended", func() bool { return d.checked })
		test.Tap(d.accept)
		s.until("the fault is shown", func() bool { return strings.Contains(d.resultText(), "disk") })
	})
}
