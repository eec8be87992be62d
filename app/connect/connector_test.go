package connect_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, uploadtest.IgnoreTusdGoroutines()) }

// fakeKeyring is a keyring in memory that counts calls.
type fakeKeyring struct {
	mu      sync.Mutex
	entries map[string]string
	err     error // returned by Get unless nil
	calls   int
}

func keyringWith(name string, secrets connect.Secrets) *fakeKeyring {
	return &fakeKeyring{entries: map[string]string{name: secrets.Encode()}}
}

func (k *fakeKeyring) Get(_ context.Context, name string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.calls++
	if k.err != nil {
		return "", k.err
	}
	text, ok := k.entries[name]
	if !ok {
		return "", platform.ErrNoSecret
	}
	return text, nil
}

func (k *fakeKeyring) set(name string, secrets connect.Secrets) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.entries[name] = secrets.Encode()
}

func (k *fakeKeyring) callCount() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.calls
}

// fakeServer is a tus server for OPTIONS and HEAD requests that records them.
type fakeServer struct {
	*httptest.Server

	mu       sync.Mutex
	requests []*http.Request
}

func (s *fakeServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests = append(s.requests, r)
	s.mu.Unlock()
	w.Header().Set("Tus-Resumable", "1.0.0")
	w.Header().Set("Tus-Version", "1.0.0")
	w.Header().Set("Upload-Offset", "0")
	w.Header().Set("Upload-Length", "9")
}

// last returns the latest request.
func (s *fakeServer) last(t *testing.T) *http.Request {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.requests) == 0 {
		t.Fatal("the server received no request")
	}
	return s.requests[len(s.requests)-1]
}

func (s *fakeServer) endpoint() string { return s.URL + "/files/" }

func startServer(t *testing.T) *fakeServer {
	t.Helper()
	s := &fakeServer{}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// newConnector returns a connector that is closed at the end of the test.
func newConnector(t *testing.T, config connect.Config) *connect.Connector {
	t.Helper()
	connector := connect.New(config)
	t.Cleanup(connector.CloseIdle)
	return connector
}

func connectTo(t *testing.T, connector *connect.Connector, server uploader.Server) uploader.Protocol {
	t.Helper()
	client, err := connector.Connect(server)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func probe(t *testing.T, client uploader.Protocol) tus.Capabilities {
	t.Helper()
	capabilities, err := client.Probe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return capabilities
}

func TestSetHeaderAppliesToItsServerOnly(t *testing.T) {
	server, other := startServer(t), startServer(t)
	connector := newConnector(t, connect.Config{})
	client := connectTo(t, connector, uploader.Server{ID: 2, Endpoint: server.endpoint()})
	otherClient := connectTo(t, connector, uploader.Server{ID: 3, Endpoint: other.endpoint()})
	for _, secret := range []string{"", "Bearer one", "Bearer two"} {
		if secret != "" {
			connector.SetHeader(server.endpoint(), http.Header{"Authorization": {secret}})
		}
		for range 2 {
			probe(t, client)
			if got := server.last(t).Header.Get("Authorization"); got != secret {
				t.Errorf("Authorization is %q, want %q", got, secret)
			}
		}
		probe(t, otherClient)
		if got := other.last(t).Header.Get("Authorization"); got != "" {
			t.Errorf("the other server received Authorization %q", got)
		}
	}
}

func TestConnectRejectsInvalidEndpoint(t *testing.T) {
	connector := newConnector(t, connect.Config{})
	for _, endpoint := range []string{"not a URL", "http://127.0.0.1:70000/files/", "https://256.1.1.1/"} {
		_, err := connector.Connect(uploader.Server{Endpoint: endpoint})
		if f := fault.Of(err); f == nil || f.Kind != fault.Refused || f.Code != fault.CodeServerSettings {
			t.Errorf("%s: got %v, want a refusal that names the server settings", endpoint, err)
		}
	}
}

func TestServerChangeAppliesToNextRequest(t *testing.T) {
	server, moved := startServer(t), startServer(t)
	keyring := keyringWith("studio", connect.Secrets{SignIn: "first"})
	connector := newConnector(t, connect.Config{Keyring: keyring})
	studio := uploader.Server{ID: 2, Endpoint: server.endpoint(), Access: uploader.Access{SignIn: uploader.SignInBearer, SecretName: "studio"}}
	client := connectTo(t, connector, studio)
	check := func(s *fakeServer, want string) {
		t.Helper()
		probe(t, client)
		if got := s.last(t).Header.Get("Authorization"); got != want {
			t.Errorf("Authorization is %q, want %q", got, want)
		}
	}
	check(server, "Bearer first")

	keyring.set("studio", connect.Secrets{SignIn: "second"})
	check(server, "Bearer first") // the keyring is read again after Connect only
	connectTo(t, connector, studio)
	check(server, "Bearer second")

	studio.Access.SignIn, studio.Access.User = uploader.SignInBasic, "me"
	connectTo(t, connector, studio)
	check(server, "Basic bWU6c2Vjb25k")

	studio.Endpoint = moved.endpoint()
	connectTo(t, connector, studio)
	check(moved, "Basic bWU6c2Vjb25k")

	studio.Options.MethodOverride = true
	connectTo(t, connector, studio)
	if err := client.Terminate(t.Context(), moved.endpoint()+"1"); err != nil {
		t.Fatal(err)
	}
	if r := moved.last(t); r.Method != http.MethodPost || r.Header.Get("X-HTTP-Method-Override") != http.MethodDelete {
		t.Errorf("request is %s with %v", r.Method, r.Header)
	}
}

func TestTestUsesGivenSecrets(t *testing.T) {
	server := startServer(t)
	keyring := keyringWith("studio", connect.Secrets{SignIn: "stored"})
	connector := newConnector(t, connect.Config{Keyring: keyring})
	studio := uploader.Server{ID: 2, Endpoint: server.endpoint(), Access: uploader.Access{SignIn: uploader.SignInBearer, SecretName: "studio"}}
	client := connectTo(t, connector, studio)
	for want, secrets := range map[string]*connect.Secrets{"Bearer typed": {SignIn: "typed"}, "Bearer stored": nil} {
		if _, err := connector.Test(t.Context(), studio, secrets); err != nil {
			t.Fatal(err)
		}
		if got := server.last(t).Header.Get("Authorization"); got != want {
			t.Errorf("Authorization is %q, want %q", got, want)
		}
	}
	probe(t, client)
	if got := server.last(t).Header.Get("Authorization"); got != "Bearer stored" {
		t.Errorf("the test changed the server's own client: Authorization is %q", got)
	}

	studio.Options.GivenURL = true
	result, err := connector.Test(t.Context(), studio, nil)
	if err != nil || result.Upload == nil || result.Upload.Length != 9 {
		t.Errorf("result for an upload URL is %+v, %v", result, err)
	}
}

// TestConnectDoesNotDeadlockWithRequests updates a server repeatedly, as the engine
// does, while requests are sent to it.
func TestConnectDoesNotDeadlockWithRequests(t *testing.T) {
	server := startServer(t)
	connector := newConnector(t, connect.Config{})
	studio := uploader.Server{ID: 2, Endpoint: server.endpoint()}
	client := connectTo(t, connector, studio)
	ctx, cancel := context.WithCancel(t.Context())
	var requests sync.WaitGroup
	for range 8 {
		requests.Go(func() {
			for ctx.Err() == nil {
				_, _ = client.Head(ctx, server.endpoint()+"x")
			}
		})
	}
	for range 2000 {
		if _, err := connector.Connect(studio); err != nil {
			t.Error(err)
		}
	}
	cancel()
	requests.Wait()
}

// TestA1TestCreatesUploadIfOptionsTellsNothing tests a server with its sign-in, which is not
// saved yet.
func TestA1TestCreatesUploadIfOptionsTellsNothing(t *testing.T) {
	server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method == http.MethodOptions:
				w.WriteHeader(http.StatusOK)
			case r.Header.Get("Authorization") != "Bearer t0ken":
				w.WriteHeader(http.StatusUnauthorized)
			default:
				next.ServeHTTP(w, r)
			}
		})
	}))
	connector := newConnector(t, connect.Config{})
	studio := uploader.Server{Endpoint: server.Endpoint, Access: uploader.Access{SignIn: uploader.SignInBearer}}
	if _, err := connector.Test(t.Context(), studio, &connect.Secrets{SignIn: "wrong"}); !fault.Is(err, fault.Auth) {
		t.Errorf("with another token: %v", err)
	}
	got, err := connector.Test(t.Context(), studio, &connect.Secrets{SignIn: "t0ken"})
	if err != nil || got.Outcome() != uploader.TestUndeclared || got.Creation.Result != uploader.CreationRemoved {
		t.Errorf("got %+v, %v", got, err)
	}
	if stored := server.Stored(t); len(stored) != 0 {
		t.Errorf("the server has %+v", stored)
	}
}

func TestJ1CookiesStayWhenTheServerIsChanged(t *testing.T) {
	server := startServer(t)
	connector := newConnector(t, connect.Config{})
	studio := uploader.Server{ID: 2, Endpoint: server.endpoint()}
	client := connectTo(t, connector, studio)
	client.(uploader.CookieKeeper).RestoreCookies(`[{"host":"` + strings.TrimPrefix(server.URL, "http://") + `","path":"/","name":"node","value":"1"}]`)
	for _, override := range []bool{false, true} {
		studio.Options.MethodOverride = override
		connectTo(t, connector, studio)
		probe(t, client)
		if got := server.last(t).Header.Get("Cookie"); got != "node=1" {
			t.Errorf("Cookie is %q", got)
		}
	}
	if _, err := connector.Test(t.Context(), studio, nil); err != nil {
		t.Fatal(err)
	}
	if got := server.last(t).Header.Get("Cookie"); got != "" {
		t.Errorf("a test has the cookies %q", got)
	}
}
