package tus

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader/fault"
)

func TestFileHeader(t *testing.T) {
	var got http.Header
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		w.Header().Set("Tus-Resumable", Version)
		http.Error(w, "signature file-secret is wrong", http.StatusForbidden)
	}))
	defer other.Close()
	own := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/files/elsewhere" {
			http.Redirect(w, r, other.URL+"/files/", http.StatusTemporaryRedirect)
			return
		}
		other.Config.Handler.ServeHTTP(w, r)
	}))
	defer own.Close()
	client, err := New(Config{
		Endpoint: own.URL + "/files/", Header: http.Header{"Signature": {"of the server"}, "Authorization": {"Bearer server-secret"}},
		AllowedHosts: strings.TrimPrefix(other.URL, "http://"),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx := WithFileHeader(t.Context(), http.Header{"signature": {"file-secret"}, "Tus-Resumable": {"9.9.9"}})

	_, err = client.Create(ctx, CreateRequest{Size: 1})
	if got.Get("Signature") != "file-secret" || got.Get("Authorization") != "Bearer server-secret" || got.Get("Tus-Resumable") != Version {
		t.Errorf("header %v", got)
	}
	if f := fault.Of(err); f == nil || strings.Contains(f.Error(), "file-secret") || !strings.Contains(f.Error(), "is wrong") {
		t.Errorf("error %v", err)
	}
	if _, err := client.Head(t.Context(), own.URL+"/files/1"); err == nil || got.Get("Signature") != "of the server" {
		t.Errorf("header %v without that of a file", got)
	}
	if _, err := client.Head(ctx, own.URL+"/files/elsewhere"); err == nil || got.Get("Signature") != "" || got.Get("Authorization") != "" {
		t.Errorf("header %v at another host", got)
	}
}
