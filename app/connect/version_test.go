package connect_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/uploader"
)

// TestSendsVersionIsKnownWithoutClient checks that what is known of a server stays while
// there is no client for it, as before the first request or while the keyring fails: the
// engine saves what SendsVersion returns.
func TestSendsVersionIsKnownWithoutClient(t *testing.T) {
	server := startServer(t)
	keyring := keyringWith("studio", connect.Secrets{SignIn: "first"})
	connector := newConnector(t, connect.Config{Keyring: keyring})
	studio := uploader.Server{ID: 2, Endpoint: server.endpoint(), Access: uploader.Access{SignIn: uploader.SignInBearer, SecretName: "studio"}}
	sends := func(client uploader.Protocol) bool {
		sent, _ := client.(uploader.VersionObserver).Version()
		return sent
	}

	client := connectTo(t, connector, studio)
	if sends(client) {
		t.Error("known before the first response")
	}
	probe(t, client)
	if !sends(client) {
		t.Error("not known after a response")
	}
	keyring.err = errors.New("the keyring is locked")
	connector.SetHeader(server.endpoint(), http.Header{"X-Other": {"1"}})
	if _, err := client.Probe(t.Context()); err == nil {
		t.Error("a client was created without the keyring")
	}
	if !sends(client) {
		t.Error("forgotten when no client could be created")
	}
	studio.Options.SendsVersion = true
	if saved := connectTo(t, connector, studio); !sends(saved) {
		t.Error("saved before, and not known before the first response")
	}
	studio.Options.SendsVersion = false // the user edited the server
	if edited := connectTo(t, connector, studio); sends(edited) {
		t.Error("known of a server that was edited")
	}
}

// TestOmitsVersionIsSaved checks that a server that was found to omit the version is treated
// so by a later client.
func TestOmitsVersionIsSaved(t *testing.T) {
	connector := newConnector(t, connect.Config{})
	studio := uploader.Server{ID: 2, Endpoint: "https://studio.example/files/", Options: uploader.ServerOptions{OmitsVersion: true}}
	observer := connectTo(t, connector, studio).(uploader.VersionObserver)
	if sent, omitted := observer.Version(); sent || !omitted {
		t.Errorf("sends its version: %t, omits it: %t", sent, omitted)
	}
}
