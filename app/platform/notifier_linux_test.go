package platform_test

import (
	"sync"
	"testing"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/assets"
	"github.com/godbus/dbus/v5"
	"github.com/google/go-cmp/cmp"
)

const (
	notes     = "org.freedesktop.Notifications"
	notesPath = "/org/freedesktop/Notifications"
)

type shownNote struct {
	Replaces uint32
	Title    string
	Body     string
	Actions  []string
	Expiry   int32
	Icon     bool // it brings a picture
}

// noteServer stands in for the desktop's notification service.
type noteServer struct {
	mu        sync.Mutex
	abilities []string
	shown     []shownNote
	closed    []uint32
}

func (s *noteServer) Notify(
	_ string, replaces uint32, _, title, body string, actions []string, hints map[string]dbus.Variant, expiry int32,
) (uint32, *dbus.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, icon := hints["image-data"].Value().([]any)
	s.shown = append(s.shown, shownNote{replaces, title, body, actions, expiry, icon})
	if replaces != 0 {
		return replaces, nil
	}
	return uint32(len(s.shown)), nil
}

func (s *noteServer) GetCapabilities() ([]string, *dbus.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.abilities, nil
}

func (s *noteServer) can(abilities ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.abilities = abilities
}

func (s *noteServer) CloseNotification(id uint32) *dbus.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = append(s.closed, id)
	return nil
}

// seen returns what was shown and what was closed so far.
func (s *noteServer) seen() ([]shownNote, []uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown, s.closed
}

func notifier(t *testing.T) (platform.Notifier, *noteServer, *dbus.Conn) {
	t.Helper()
	privateBus(t)
	server, conn := serveNotes(t)
	n := platform.NewNotifier("Ferry", assets.SmallIcon(), nil)
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n, server, conn
}

// serveNotes starts a notification service on the session's bus.
func serveNotes(t *testing.T) (*noteServer, *dbus.Conn) {
	t.Helper()
	server := &noteServer{}
	conn := service(t, notes)
	export(t, conn, server, notesPath, notes)
	return server, conn
}

func notify(t *testing.T, n platform.Notifier, note platform.Note) {
	t.Helper()
	if err := n.Notify(t.Context(), note); err != nil {
		t.Fatal(err)
	}
}

func TestNotifier(t *testing.T) {
	t.Run("a note with the same key takes the earlier one's place", func(t *testing.T) {
		n, server, _ := notifier(t)
		notify(t, n, platform.Note{Key: "resume", Title: "3 uploads", Actions: []platform.Action{{Label: "Resume"}}, Stay: true})
		notify(t, n, platform.Note{Key: "resume", Title: "2 uploads"})
		want := []shownNote{
			{Title: "3 uploads", Actions: []string{"0", "Resume"}, Expiry: 0, Icon: true},
			{Replaces: 1, Title: "2 uploads", Actions: []string{}, Expiry: -1, Icon: true},
		}
		shown, _ := server.seen()
		if diff := cmp.Diff(want, shown); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a button that is pressed does its action", func(t *testing.T) {
		n, _, conn := notifier(t)
		pressed := make(chan string, 2)
		notify(t, n, platform.Note{Key: "resume", Title: "3 uploads", Actions: []platform.Action{
			{Label: "Resume", Do: func() { pressed <- "resume" }},
			{Label: "Not now", Do: func() { pressed <- "not now" }},
		}})
		emit(t, conn, "ActionInvoked", uint32(1), "1")
		if got := <-pressed; got != "not now" {
			t.Errorf("pressed Not now, did %q", got)
		}
	})
	t.Run("buttons of strangers and keys out of range are passed over", func(t *testing.T) {
		n, _, conn := notifier(t)
		pressed := make(chan string, 2)
		notify(t, n, platform.Note{Key: "resume", Actions: []platform.Action{{Do: func() { pressed <- "resume" }}}})
		emit(t, conn, "ActionInvoked", uint32(7), "0")
		emit(t, conn, "ActionInvoked", uint32(1), "5")
		emit(t, conn, "ActionInvoked", uint32(1), "default")
		emit(t, conn, "ActionInvoked", uint32(1), "0")
		<-pressed
		if len(pressed) != 0 {
			t.Error("an action was done that nobody asked for")
		}
	})
	t.Run("a click on the note itself opens what it is about", func(t *testing.T) {
		n, server, conn := notifier(t)
		opened := make(chan struct{})
		notify(t, n, platform.Note{Key: "resume", Open: func() { close(opened) }, Actions: []platform.Action{{Label: "Resume"}}})
		emit(t, conn, "ActionInvoked", uint32(1), "default")
		<-opened
		shown, _ := server.seen()
		if diff := cmp.Diff([]string{"default", "", "0", "Resume"}, shown[0].Actions); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a name is text, whatever it looks like", func(t *testing.T) {
		const name = `<b>&"; rm`
		for _, c := range []struct {
			name      string
			abilities []string
			want      string
		}{
			{"to a service that reads markup", []string{"body", "body-markup"}, `&lt;b&gt;&amp;"; rm`},
			{"to one that does not", []string{"body"}, name},
		} {
			n, server, _ := notifier(t)
			server.can(c.abilities...)
			notify(t, n, platform.Note{Key: "done", Body: name})
			if shown, _ := server.seen(); shown[0].Body != c.want {
				t.Errorf("%s: said %q", c.name, shown[0].Body)
			}
		}
	})
	t.Run("withdrawing closes the note, once", func(t *testing.T) {
		n, server, _ := notifier(t)
		notify(t, n, platform.Note{Key: "resume"})
		for range 2 {
			if err := n.Withdraw(t.Context(), "resume"); err != nil {
				t.Fatal(err)
			}
		}
		_, closed := server.seen()
		if diff := cmp.Diff([]uint32{1}, closed); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a desktop without notifications is an error, not a hang", func(t *testing.T) {
		privateBus(t)
		n := platform.NewNotifier("Ferry", assets.SmallIcon(), nil)
		defer n.Close()
		if n.Notify(t.Context(), platform.Note{Key: "resume"}) == nil {
			t.Error("nothing showed the note, yet there was no error")
		}
	})
}

func TestNotifierOutlivesTheDesktopsParts(t *testing.T) {
	t.Run("a service that was started anew is shown a new note, and its numbers are not taken for the old one's", func(t *testing.T) {
		n, _, conn := notifier(t)
		pressed := make(chan string, 2)
		notify(t, n, platform.Note{Key: "resume", Open: func() { pressed <- "old" }})
		leave(t, conn)
		server, conn := serveNotes(t)
		emit(t, conn, "ActionInvoked", uint32(1), "default") // of somebody else's first
		notify(t, n, platform.Note{Key: "resume", Open: func() { pressed <- "new" }})
		emit(t, conn, "ActionInvoked", uint32(1), "default")
		if got := <-pressed; got != "new" {
			t.Errorf("the %s note was opened", got)
		}
		if shown, _ := server.seen(); shown[0].Replaces != 0 {
			t.Errorf("it takes the place of %d, which is somebody else's", shown[0].Replaces)
		}
	})
	t.Run("what a service took with it is withdrawn", func(t *testing.T) {
		n, _, conn := notifier(t)
		notify(t, n, platform.Note{Key: "resume"})
		leave(t, conn)
		server, _ := serveNotes(t)
		if err := n.Withdraw(t.Context(), "resume"); err != nil {
			t.Error(err)
		}
		if _, closed := server.seen(); len(closed) != 0 {
			t.Error("somebody else's note was closed")
		}
	})
	t.Run("a bus that was started anew is found", func(t *testing.T) {
		end := privateBus(t)
		serveNotes(t)
		n := platform.NewNotifier("Ferry", assets.SmallIcon(), nil)
		notify(t, n, platform.Note{Key: "resume"})
		end()
		privateBus(t)
		server, conn := serveNotes(t)
		opened := make(chan struct{})
		note := platform.Note{Key: "resume", Open: func() { close(opened) }}
		for n.Notify(t.Context(), note) != nil { // until it is noticed that the old one is gone
			if t.Context().Err() != nil {
				t.Fatal("the new bus is not found")
			}
		}
		emit(t, conn, "ActionInvoked", uint32(1), "default")
		<-opened
		if shown, _ := server.seen(); shown[0].Replaces != 0 {
			t.Error("it takes the place of a note that is gone")
		}
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
}

// leave ends a notification service.
func leave(t *testing.T, conn *dbus.Conn) {
	t.Helper()
	if _, err := conn.ReleaseName(notes); err != nil { // it is answered when the name is free
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
}

func emit(t *testing.T, conn *dbus.Conn, member string, values ...any) {
	t.Helper()
	if err := conn.Emit(notesPath, notes+"."+member, values...); err != nil {
		t.Fatal(err)
	}
}
