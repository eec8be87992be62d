package cli

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/uploader"
)

// TestRememberSignIn connects to a server as the engine does when it resumes the
// uploads of an earlier run.
func TestRememberSignIn(t *testing.T) {
	var received string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		received = r.Header.Get("Authorization")
		w.Header().Set("Tus-Resumable", "1.0.0")
		w.Header().Set("Tus-Version", "1.0.0")
	}))
	defer server.Close()
	studio := uploader.Server{ID: 2, Name: "Studio", Endpoint: server.URL + "/files/"}
	servers := []uploader.Server{{ID: uploader.BuiltinServer, Name: "This computer"}, studio, {ID: 3, Name: "Lab", Endpoint: "http://lab/"}}
	for _, test := range []struct {
		name string
		to   string
		want string
	}{
		{"server name", "studio", "Bearer x"},
		{"server URL", studio.Endpoint, "Bearer x"},
		{"other server", "Lab", ""},
		{"unknown server", "unknown", ""},
		{"no server", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			connector := connect.New(connect.Config{})
			defer connector.CloseIdle()
			RememberSignIn(connector, instance.Request{To: test.to, Headers: []string{"Authorization: Bearer x"}}, servers)
			protocol, err := connector.Connect(studio)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := protocol.Probe(t.Context()); err != nil || received != test.want {
				t.Errorf("server received %q, err: %v", received, err)
			}
		})
	}
}
