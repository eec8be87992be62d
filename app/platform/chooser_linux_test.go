package platform_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/internal/bustest"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/godbus/dbus/v5"
	"github.com/google/go-cmp/cmp"
)

// portal is a fake desktop portal. It sends the response before it returns the
// request's handle, as the specification allows.
type portal struct {
	conn   *dbus.Conn
	status uint32
	uris   []string
	silent bool // send no response
	calls  chan map[string]dbus.Variant
}

func (p *portal) OpenFile(sender dbus.Sender, _, _ string, options map[string]dbus.Variant) (dbus.ObjectPath, *dbus.Error) {
	p.calls <- options
	client := strings.ReplaceAll(strings.TrimPrefix(string(sender), ":"), ".", "_")
	handle := dbus.ObjectPath("/org/freedesktop/portal/desktop/request/" + client + "/" + options["handle_token"].Value().(string))
	if !p.silent {
		results := map[string]dbus.Variant{"uris": dbus.MakeVariant(p.uris)}
		_ = p.conn.Emit(handle, "org.freedesktop.portal.Request.Response", p.status, results)
	}
	return handle, nil
}

func startPortal(t *testing.T, p *portal) *portal {
	t.Helper()
	bustest.Private(t)
	p.conn = bustest.Service(t, "org.freedesktop.portal.Desktop")
	p.calls = make(chan map[string]dbus.Variant, 1)
	bustest.Export(t, p.conn, p, "/org/freedesktop/portal/desktop", "org.freedesktop.portal.FileChooser")
	return p
}

func TestChooser(t *testing.T) {
	t.Run("files with special characters", func(t *testing.T) {
		startPortal(t, &portal{uris: []string{"file:///home/a%20b/c+d%25.mov", "file:///x/%FF"}})
		got, err := platform.NewChooser().Files(t.Context(), platform.ChooserOptions{Title: "Add files"})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"/home/a b/c+d%.mov", "/x/\xff"}, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("folders", func(t *testing.T) {
		p := startPortal(t, &portal{uris: []string{"file:///raws"}})
		if _, err := platform.NewChooser().Folders(t.Context(), platform.ChooserOptions{}); err != nil {
			t.Fatal(err)
		}
		options := <-p.calls
		if options["directory"].Value() != true || options["multiple"].Value() != true {
			t.Errorf("options are %v", options)
		}
	})
	t.Run("cancelled by the user", func(t *testing.T) {
		startPortal(t, &portal{status: 1})
		got, err := platform.NewChooser().Files(t.Context(), platform.ChooserOptions{})
		if err != nil || len(got) != 0 {
			t.Errorf("returned %q, %v, want none", got, err)
		}
	})
	t.Run("not a local file", func(t *testing.T) {
		for _, uri := range []string{"smb://host/share/a", "file://host/share/a"} {
			startPortal(t, &portal{uris: []string{uri}})
			if got, err := platform.NewChooser().Files(t.Context(), platform.ChooserOptions{}); err == nil {
				t.Errorf("returned %q for %s, want an error", got, uri)
			}
		}
	})
	t.Run("context canceled", func(t *testing.T) {
		p := startPortal(t, &portal{silent: true})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-p.calls; cancel() }()
		if _, err := platform.NewChooser().Files(ctx, platform.ChooserOptions{}); !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v", err)
		}
	})
	t.Run("portal ends with its dialog", func(t *testing.T) {
		p := startPortal(t, &portal{silent: true})
		go func() { <-p.calls; _, _ = p.conn.ReleaseName("org.freedesktop.portal.Desktop") }()
		if got, err := platform.NewChooser().Files(t.Context(), platform.ChooserOptions{}); err == nil {
			t.Errorf("returned %q, want an error", got)
		}
	})
	t.Run("no portal", func(t *testing.T) {
		bustest.Private(t)
		if _, err := platform.NewChooser().Files(t.Context(), platform.ChooserOptions{}); !errors.Is(err, platform.ErrNoChooser) {
			t.Errorf("error is %v", err)
		}
	})
}
