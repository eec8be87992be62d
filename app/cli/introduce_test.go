package cli

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/uploader"
)

// TestASignInIsKnownBeforeAnythingIsAsked connects as an engine does that goes on
// with what an earlier run left.
func TestASignInIsKnownBeforeAnythingIsAsked(t *testing.T) {
	var shown string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shown = r.Header.Get("Authorization")
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
		{"for a server that is named", "studio", "Bearer x"},
		{"for a server by its URL", studio.Endpoint, "Bearer x"},
		{"for another server", "Lab", ""},
		{"for nobody", "nobody", ""},
		{"for no server", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			book := connect.NewBook(connect.Config{})
			defer book.Close()
			Introduce(book, instance.Request{To: test.to, Headers: []string{"Authorization: Bearer x"}}, servers)
			protocol, err := book.Connect(studio)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := protocol.Probe(t.Context()); err != nil || shown != test.want {
				t.Errorf("the server was shown %q, %v", shown, err)
			}
		})
	}
}
