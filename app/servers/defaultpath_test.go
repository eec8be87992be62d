package servers

import (
	"context"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// realAccess is an Access that connects to real servers.
type realAccess struct {
	*apptest.Access
	connector *connect.Connector
}

func (a realAccess) Test(ctx context.Context, server uploader.Server, secrets *connect.Secrets) (uploader.ServerTest, error) {
	return a.connector.Test(ctx, server, secrets)
}

func TestCheckFindsServerAtDefaultPath(t *testing.T) {
	server := uploadtest.NewTusdBinary(t)
	host := strings.TrimSuffix(server.Endpoint, uploader.DefaultPath)
	connector := connect.New(connect.Config{})
	t.Cleanup(connector.CloseIdle)
	for name, typed := range map[string]string{"host": host, "host and slash": host + "/"} {
		t.Run(name, func(t *testing.T) {
			s := start(t, apptest.NewEngine(), func(c *Config) { c.Access = realAccess{c.Access.(*apptest.Access), connector} })
			s.Add()
			d := s.dialog
			test.Type(d.address, typed)
			test.Tap(d.check)
			s.until("the check has ended", func() bool { return d.checked })
			if !strings.Contains(d.resultText(), "Server found at "+server.Endpoint) || !strings.Contains(d.resultText(), "Ready") {
				t.Errorf("got result %q", d.resultText())
			}
			if d.address.Text != server.Endpoint {
				t.Errorf("got address %q", d.address.Text)
			}
			test.Tap(d.accept)
			if got := s.waitCommand(1).(uploader.SaveServer).Server.Endpoint; got != server.Endpoint {
				t.Errorf("saved endpoint %q", got)
			}
		})
	}
}
