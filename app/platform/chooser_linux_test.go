package platform_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/platform"
	"github.com/godbus/dbus/v5"
	"github.com/google/go-cmp/cmp"
)

// portal stands in for the desktop's file dialog. It answers before it returns
// the request's handle, as a fast portal may.
type portal struct {
	conn   *dbus.Conn
	status uint32
	uris   []string
	silent bool
	asked  chan map[string]dbus.Variant
}

func (p *portal) OpenFile(sender dbus.Sender, _, _ string, options map[string]dbus.Variant) (dbus.ObjectPath, *dbus.Error) {
	p.asked <- options
	client := strings.ReplaceAll(strings.TrimPrefix(string(sender), ":"), ".", "_")
	handle := dbus.ObjectPath("/org/freedesktop/portal/desktop/request/" + client + "/" + options["handle_token"].Value().(string))
	if !p.silent {
		results := map[string]dbus.Variant{"uris": dbus.MakeVariant(p.uris)}
		_ = p.conn.Emit(handle, "org.freedesktop.portal.Request.Response", p.status, results)
	}
	return handle, nil
}

func choosing(t *testing.T, p *portal) *portal {
	t.Helper()
	privateBus(t)
	p.conn = service(t, "org.freedesktop.portal.Desktop")
	p.asked = make(chan map[string]dbus.Variant, 1)
	export(t, p.conn, p, "/org/freedesktop/portal/desktop", "org.freedesktop.portal.FileChooser")
	return p
}

func TestChooser(t *testing.T) {
	t.Run("several files come back as paths, odd names and all", func(t *testing.T) {
		choosing(t, &portal{uris: []string{"file:///home/a%20b/c+d%25.mov", "file:///x/%FF"}})
		got, err := platform.NewChooser().Files(t.Context(), platform.Question{Title: "Add files"})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"/home/a b/c+d%.mov", "/x/\xff"}, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("folders are asked for as folders", func(t *testing.T) {
		p := choosing(t, &portal{uris: []string{"file:///raws"}})
		if _, err := platform.NewChooser().Folders(t.Context(), platform.Question{}); err != nil {
			t.Fatal(err)
		}
		options := <-p.asked
		if options["directory"].Value() != true || options["multiple"].Value() != true {
			t.Errorf("asked with %v", options)
		}
	})
	t.Run("cancelling is no file and no error", func(t *testing.T) {
		choosing(t, &portal{status: 1})
		got, err := platform.NewChooser().Files(t.Context(), platform.Question{})
		if err != nil || len(got) != 0 {
			t.Errorf("got %q, %v", got, err)
		}
	})
	t.Run("what is not a local file is an error", func(t *testing.T) {
		choosing(t, &portal{uris: []string{"smb://host/share/a"}})
		if got, err := platform.NewChooser().Files(t.Context(), platform.Question{}); err == nil {
			t.Errorf("got %q", got)
		}
	})
	t.Run("the end of the context ends the question", func(t *testing.T) {
		p := choosing(t, &portal{silent: true})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-p.asked; cancel() }()
		if _, err := platform.NewChooser().Files(ctx, platform.Question{}); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a desktop without a portal says so", func(t *testing.T) {
		privateBus(t)
		if _, err := platform.NewChooser().Files(t.Context(), platform.Question{}); !errors.Is(err, platform.ErrNoChooser) {
			t.Errorf("got %v", err)
		}
	})
}
