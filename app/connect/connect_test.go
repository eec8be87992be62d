package connect_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/tus"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// keys is a keyring in memory that counts how often it is asked.
type keys struct {
	mu     sync.Mutex
	kept   map[string]string
	refuse error
	asked  int
}

func keeping(name string, secrets connect.Secrets) *keys {
	return &keys{kept: map[string]string{name: secrets.Pack()}}
}

func (k *keys) Get(_ context.Context, name string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked++
	if k.refuse != nil {
		return "", k.refuse
	}
	text, ok := k.kept[name]
	if !ok {
		return "", platform.ErrNoSecret
	}
	return text, nil
}

func (k *keys) set(name string, secrets connect.Secrets) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept[name] = secrets.Pack()
}

func (k *keys) times() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.asked
}

// listener answers as a tus server that is asked for OPTIONS and HEAD, and notes
// what it was shown.
type listener struct {
	*httptest.Server

	mu   sync.Mutex
	seen []*http.Request
}

func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	l.seen = append(l.seen, r)
	l.mu.Unlock()
	w.Header().Set("Tus-Resumable", "1.0.0")
	w.Header().Set("Tus-Version", "1.0.0")
	w.Header().Set("Upload-Offset", "0")
	w.Header().Set("Upload-Length", "9")
}

// last is the latest request.
func (l *listener) last(t *testing.T) *http.Request {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.seen) == 0 {
		t.Fatal("nobody asked the server")
	}
	return l.seen[len(l.seen)-1]
}

func (l *listener) endpoint() string { return l.URL + "/files/" }

func listen(t *testing.T) *listener {
	t.Helper()
	l := &listener{}
	l.Server = httptest.NewServer(l)
	t.Cleanup(l.Close)
	return l
}

// open makes a book that ends with the test.
func open(t *testing.T, config connect.Config) *connect.Book {
	t.Helper()
	book := connect.NewBook(config)
	t.Cleanup(book.Close)
	return book
}

func connectTo(t *testing.T, book *connect.Book, server uploader.Server) uploader.Protocol {
	t.Helper()
	connection, err := book.Connect(server)
	if err != nil {
		t.Fatal(err)
	}
	return connection
}

func probe(t *testing.T, connection uploader.Protocol) tus.Capabilities {
	t.Helper()
	can, err := connection.Probe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return can
}

func TestHeadersOfThisRunReachTheirServerAloneAndAtOnce(t *testing.T) {
	server, other := listen(t), listen(t)
	book := open(t, connect.Config{})
	connection := connectTo(t, book, uploader.Server{ID: 2, Endpoint: server.endpoint()})
	stranger := connectTo(t, book, uploader.Server{ID: 3, Endpoint: other.endpoint()})
	for _, secret := range []string{"", "Bearer one", "Bearer two"} {
		if secret != "" {
			book.Remember(server.endpoint(), http.Header{"Authorization": {secret}})
		}
		for range 2 {
			probe(t, connection)
			if shown := server.last(t).Header.Get("Authorization"); shown != secret {
				t.Errorf("showed %q, want %q", shown, secret)
			}
		}
		probe(t, stranger)
		if shown := other.last(t).Header.Get("Authorization"); shown != "" {
			t.Errorf("another server saw %q", shown)
		}
	}
}

func TestAnAddressThatIsNoneIsRefused(t *testing.T) {
	book := open(t, connect.Config{})
	if _, err := book.Connect(uploader.Server{Endpoint: "not a URL"}); err == nil {
		t.Error("no error")
	}
}

func TestAChangeOfTheServerTakesEffectOnTheNextRequest(t *testing.T) {
	server, after := listen(t), listen(t)
	kept := keeping("studio", connect.Secrets{SignIn: "first"})
	book := open(t, connect.Config{Keys: kept})
	studio := uploader.Server{ID: 2, Endpoint: server.endpoint(), Access: uploader.Access{SignIn: uploader.SignInBearer, Secret: "studio"}}
	connection := connectTo(t, book, studio)
	shows := func(l *listener, want string) {
		t.Helper()
		probe(t, connection)
		if got := l.last(t).Header.Get("Authorization"); got != want {
			t.Errorf("shows %q, want %q", got, want)
		}
	}
	shows(server, "Bearer first")

	kept.set("studio", connect.Secrets{SignIn: "second"})
	shows(server, "Bearer first") // nobody said that it changed
	connectTo(t, book, studio)
	shows(server, "Bearer second")

	studio.Access.SignIn, studio.Access.User = uploader.SignInBasic, "me"
	connectTo(t, book, studio)
	shows(server, "Basic bWU6c2Vjb25k")

	studio.Endpoint = after.endpoint()
	connectTo(t, book, studio)
	shows(after, "Basic bWU6c2Vjb25k")

	studio.Profile.MethodOverride = true
	connectTo(t, book, studio)
	if err := connection.Terminate(t.Context(), after.endpoint()+"1"); err != nil {
		t.Fatal(err)
	}
	if r := after.last(t); r.Method != http.MethodPost || r.Header.Get("X-HTTP-Method-Override") != http.MethodDelete {
		t.Errorf("asked %s with %v", r.Method, r.Header)
	}
}

func TestTryAsksWithSecretsThatAreNotKept(t *testing.T) {
	server := listen(t)
	kept := keeping("studio", connect.Secrets{SignIn: "kept"})
	book := open(t, connect.Config{Keys: kept})
	studio := uploader.Server{ID: 2, Endpoint: server.endpoint(), Access: uploader.Access{SignIn: uploader.SignInBearer, Secret: "studio"}}
	connection := connectTo(t, book, studio)
	for want, secrets := range map[string]*connect.Secrets{"Bearer typed": {SignIn: "typed"}, "Bearer kept": nil} {
		if _, err := book.Try(t.Context(), studio, secrets); err != nil {
			t.Fatal(err)
		}
		if got := server.last(t).Header.Get("Authorization"); got != want {
			t.Errorf("shows %q, want %q", got, want)
		}
	}
	probe(t, connection)
	if got := server.last(t).Header.Get("Authorization"); got != "Bearer kept" {
		t.Errorf("trying changed the server's own connection: it shows %q", got)
	}

	studio.Profile.Given = true
	answer, err := book.Try(t.Context(), studio, nil)
	if err != nil || answer.Upload == nil || answer.Upload.Length != 9 {
		t.Errorf("of a given upload it says %+v, %v", answer, err)
	}
}

// TestChangesAndRequestsWaitForEachOtherForNothing saves a server again and again,
// as the engine does, while requests go to it.
func TestChangesAndRequestsWaitForEachOtherForNothing(t *testing.T) {
	server := listen(t)
	book := open(t, connect.Config{})
	saved := uploader.Server{ID: 2, Endpoint: server.endpoint()}
	connection := connectTo(t, book, saved)
	ctx, cancel := context.WithCancel(t.Context())
	var requests sync.WaitGroup
	for range 8 {
		requests.Go(func() {
			for ctx.Err() == nil {
				_, _ = connection.Head(ctx, server.endpoint()+"x")
			}
		})
	}
	for range 2000 {
		if _, err := book.Connect(saved); err != nil {
			t.Error(err)
		}
	}
	cancel()
	requests.Wait()
}
