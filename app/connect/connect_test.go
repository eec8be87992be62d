package connect_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/uploader"
)

// listen answers OPTIONS as a tus server, and notes the sign-in it was shown.
func listen(t *testing.T, shown *string) uploader.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*shown = r.Header.Get("Authorization")
		w.Header().Set("Tus-Resumable", "1.0.0")
		w.Header().Set("Tus-Version", "1.0.0")
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(server.Close)
	return uploader.Server{ID: 2, Endpoint: server.URL + "/files/"}
}

func TestHeadersReachTheirServerAloneAndAtOnce(t *testing.T) {
	var shown, shownOther string
	server, other := listen(t, &shown), listen(t, &shownOther)
	book := connect.NewBook(http.DefaultTransport)
	connection, err := book.Connect(server)
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := book.Connect(other)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"", "Bearer one", "Bearer two"} {
		if secret != "" {
			book.Remember(server.Endpoint, http.Header{"Authorization": {secret}})
		}
		for range 2 {
			if _, err := connection.Probe(t.Context()); err != nil {
				t.Fatal(err)
			}
			if shown != secret {
				t.Errorf("showed %q, want %q", shown, secret)
			}
		}
		if _, err := stranger.Probe(t.Context()); err != nil {
			t.Fatal(err)
		}
		if shownOther != "" {
			t.Errorf("another server saw %q", shownOther)
		}
	}
}

func TestAnAddressThatIsNoneIsRefused(t *testing.T) {
	book := connect.NewBook(http.DefaultTransport)
	if _, err := book.Connect(uploader.Server{Endpoint: "not a URL"}); err == nil {
		t.Error("no error")
	}
}
