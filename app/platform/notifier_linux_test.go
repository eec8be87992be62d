package platform_test

import (
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/bustest"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/assets"
)

const (
	notificationsName = "org.freedesktop.Notifications"
	notificationsPath = "/org/freedesktop/Notifications"
)

type shownNotification struct {
	Replaces uint32
	Title    string
	Body     string
	Actions  []string
	Expiry   int32
	Icon     bool // has image data
}

// notificationServer is a fake notification server.
type notificationServer struct {
	mu           sync.Mutex
	capabilities []string
	shown        []shownNotification
	closed       []uint32
	closing      chan struct{} // of capacity 1; receives when a notification is closed
}

func (s *notificationServer) Notify(
	_ string, replaces uint32, _, title, body string, actions []string, hints map[string]dbus.Variant, expiry int32,
) (uint32, *dbus.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, icon := hints["image-data"].Value().([]any)
	s.shown = append(s.shown, shownNotification{replaces, title, body, actions, expiry, icon})
	if replaces != 0 {
		return replaces, nil
	}
	return uint32(len(s.shown)), nil
}

func (s *notificationServer) GetCapabilities() ([]string, *dbus.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.capabilities, nil
}

func (s *notificationServer) setCapabilities(capabilities ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.capabilities = capabilities
}

func (s *notificationServer) CloseNotification(id uint32) *dbus.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = append(s.closed, id)
	select {
	case s.closing <- struct{}{}:
	default:
	}
	return nil
}

// awaitClosed waits until a notification was closed.
func (s *notificationServer) awaitClosed(t *testing.T) {
	t.Helper()
	select {
	case <-s.closing:
	case <-t.Context().Done():
		t.Fatal("no notification was closed")
	}
}

// calls returns what was shown and what was closed so far.
func (s *notificationServer) calls() ([]shownNotification, []uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown, s.closed
}

// newNotifier returns a notifier and its server on a private bus.
func newNotifier(t *testing.T) (platform.Notifier, *notificationServer, *dbus.Conn) {
	t.Helper()
	bustest.Private(t)
	server, conn := startServer(t)
	n := platform.NewNotifier("Ferry", assets.SmallIcon(), nil)
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n, server, conn
}

// startServer starts a notification server on the session bus.
func startServer(t *testing.T) (*notificationServer, *dbus.Conn) {
	t.Helper()
	server := &notificationServer{closing: make(chan struct{}, 1)}
	conn := bustest.Service(t, notificationsName)
	bustest.Export(t, conn, server, notificationsPath, notificationsName)
	return server, conn
}

// stopServer stops a notification server.
func stopServer(t *testing.T, conn *dbus.Conn) {
	t.Helper()
	if _, err := conn.ReleaseName(notificationsName); err != nil { // replies once the name is free
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
}

func notify(t *testing.T, n platform.Notifier, note platform.Notification) {
	t.Helper()
	if err := n.Notify(t.Context(), note); err != nil {
		t.Fatal(err)
	}
}

func emit(t *testing.T, conn *dbus.Conn, member string, values ...any) {
	t.Helper()
	if err := conn.Emit(notificationsPath, notificationsName+"."+member, values...); err != nil {
		t.Fatal(err)
	}
}

func TestNotifier(t *testing.T) {
	t.Run("same key replaces", func(t *testing.T) {
		n, server, _ := newNotifier(t)
		notify(t, n, platform.Notification{Key: "resume", Title: "3 uploads", Actions: []platform.Action{{Label: "Resume"}}, Persistent: true})
		notify(t, n, platform.Notification{Key: "resume", Title: "2 uploads"})
		want := []shownNotification{
			{Title: "3 uploads", Actions: []string{"0", "Resume"}, Expiry: 0, Icon: true},
			{Replaces: 1, Title: "2 uploads", Actions: []string{}, Expiry: -1, Icon: true},
		}
		shown, _ := server.calls()
		if diff := cmp.Diff(want, shown); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("button calls its action", func(t *testing.T) {
		n, _, conn := newNotifier(t)
		called := make(chan string, 2)
		notify(t, n, platform.Notification{Key: "resume", Title: "3 uploads", Actions: []platform.Action{
			{Label: "Resume", Do: func() { called <- "resume" }},
			{Label: "Not now", Do: func() { called <- "not now" }},
		}})
		emit(t, conn, "ActionInvoked", uint32(1), "1")
		if got := <-called; got != "not now" {
			t.Errorf("called %q, want the action of Not now", got)
		}
	})
	t.Run("other IDs and unknown keys are ignored", func(t *testing.T) {
		n, _, conn := newNotifier(t)
		called := make(chan string, 2)
		notify(t, n, platform.Notification{Key: "resume", Actions: []platform.Action{{Do: func() { called <- "resume" }}}})
		emit(t, conn, "ActionInvoked", uint32(7), "0")
		emit(t, conn, "ActionInvoked", uint32(1), "5")
		emit(t, conn, "ActionInvoked", uint32(1), "default")
		emit(t, conn, "ActionInvoked", uint32(1), "0")
		<-called
		if len(called) != 0 {
			t.Error("action was called more than once")
		}
	})
	t.Run("click calls Open", func(t *testing.T) {
		n, server, conn := newNotifier(t)
		opened := make(chan struct{})
		notify(t, n, platform.Notification{Key: "resume", OnClick: func() { close(opened) }, Actions: []platform.Action{{Label: "Resume"}}})
		emit(t, conn, "ActionInvoked", uint32(1), "default")
		<-opened
		shown, _ := server.calls()
		if diff := cmp.Diff([]string{"default", "", "0", "Resume"}, shown[0].Actions); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("body is plain text", func(t *testing.T) {
		const name = `<b>&"; rm`
		for _, c := range []struct {
			name         string
			capabilities []string
			want         string
		}{
			{"server with markup", []string{"body", "body-markup"}, `&lt;b&gt;&amp;"; rm`},
			{"server without markup", []string{"body"}, name},
		} {
			n, server, _ := newNotifier(t)
			server.setCapabilities(c.capabilities...)
			notify(t, n, platform.Notification{Key: "done", Body: name})
			if shown, _ := server.calls(); shown[0].Body != c.want {
				t.Errorf("%s: body is %q, want %q", c.name, shown[0].Body, c.want)
			}
		}
	})
	t.Run("withdraw closes once", func(t *testing.T) {
		n, server, _ := newNotifier(t)
		notify(t, n, platform.Notification{Key: "resume"})
		for range 2 {
			if err := n.Withdraw(t.Context(), "resume"); err != nil {
				t.Fatal(err)
			}
		}
		_, closed := server.calls()
		if diff := cmp.Diff([]uint32{1}, closed); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("close withdraws what has buttons", func(t *testing.T) {
		n, server, _ := newNotifier(t)
		notify(t, n, platform.Notification{Key: "resume", Actions: []platform.Action{{Label: "Resume"}}, Persistent: true})
		notify(t, n, platform.Notification{Key: "hide"})
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
		server.awaitClosed(t)
		if _, closed := server.calls(); !cmp.Equal([]uint32{1}, closed) {
			t.Errorf("closed %v, want the one with a button", closed)
		}
	})
	t.Run("no server", func(t *testing.T) {
		bustest.Private(t)
		n := platform.NewNotifier("Ferry", assets.SmallIcon(), nil)
		defer n.Close()
		if n.Notify(t.Context(), platform.Notification{Key: "resume"}) == nil {
			t.Error("no error")
		}
	})
}

func TestNotifierAfterRestart(t *testing.T) {
	t.Run("server restarted, IDs reused", func(t *testing.T) {
		n, _, conn := newNotifier(t)
		called := make(chan string, 2)
		notify(t, n, platform.Notification{Key: "resume", OnClick: func() { called <- "old" }})
		stopServer(t, conn)
		server, conn := startServer(t)
		emit(t, conn, "ActionInvoked", uint32(1), "default") // ID 1 is that of another program now
		notify(t, n, platform.Notification{Key: "resume", OnClick: func() { called <- "new" }})
		emit(t, conn, "ActionInvoked", uint32(1), "default")
		if got := <-called; got != "new" {
			t.Errorf("called Open of the %s notification", got)
		}
		if shown, _ := server.calls(); shown[0].Replaces != 0 {
			t.Errorf("replaces %d, which is that of another program", shown[0].Replaces)
		}
	})
	t.Run("withdraw after server restart", func(t *testing.T) {
		n, _, conn := newNotifier(t)
		notify(t, n, platform.Notification{Key: "resume"})
		stopServer(t, conn)
		server, _ := startServer(t)
		if err := n.Withdraw(t.Context(), "resume"); err != nil {
			t.Error(err)
		}
		if _, closed := server.calls(); len(closed) != 0 {
			t.Error("closed a notification of another program")
		}
	})
	t.Run("bus restarted", func(t *testing.T) {
		stop := bustest.Private(t)
		startServer(t)
		n := platform.NewNotifier("Ferry", assets.SmallIcon(), nil)
		notify(t, n, platform.Notification{Key: "resume"})
		stop()
		bustest.Private(t)
		server, conn := startServer(t)
		opened := make(chan struct{})
		note := platform.Notification{Key: "resume", OnClick: func() { close(opened) }}
		for n.Notify(t.Context(), note) != nil { // until the old connection is known to be closed
			if t.Context().Err() != nil {
				t.Fatal("did not connect to the new bus")
			}
		}
		emit(t, conn, "ActionInvoked", uint32(1), "default")
		<-opened
		if shown, _ := server.calls(); shown[0].Replaces != 0 {
			t.Error("replaces a notification of the old bus")
		}
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
}
