package connect_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestEachSignInIsSentAsItsSpecificationSays(t *testing.T) {
	for name, test := range map[string]struct {
		access uploader.Access
		secret string
		want   http.Header
	}{
		"a bearer token (RFC 6750)": {
			uploader.Access{SignIn: uploader.SignInBearer},
			" mF_9.B5f-4.1JqM\n",
			http.Header{"Authorization": {"Bearer mF_9.B5f-4.1JqM"}},
		},
		"user and password (RFC 7617)": {
			uploader.Access{SignIn: uploader.SignInBasic, User: "test"},
			"123£:x",
			http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("test:123£:x"))}},
		},
		"fields of the user's own": {
			uploader.Access{SignIn: uploader.SignInHeaders},
			"X-Api-Key: k:1\n\nx-team:  blue \n",
			http.Header{"X-Api-Key": {"k:1"}, "X-Team": {"blue"}},
		},
		"none": {uploader.Access{SignIn: uploader.SignInNone}, "left over", http.Header{}},
	} {
		t.Run(name, func(t *testing.T) {
			server := listen(t)
			kept := keeping("studio", connect.Secrets{SignIn: test.secret})
			test.access.Secret = "studio"
			probe(t, connectTo(t, open(t, connect.Config{Keys: kept}), uploader.Server{ID: 2, Endpoint: server.endpoint(), Access: test.access}))
			shown := http.Header{}
			for _, field := range []string{"Authorization", "X-Api-Key", "X-Team"} {
				if values := server.last(t).Header.Values(field); len(values) > 0 {
					shown[field] = values
				}
			}
			if diff := cmp.Diff(test.want, shown); diff != "" {
				t.Error(diff)
			}
			if asked := kept.times(); (asked > 0) != (len(test.want) > 0) {
				t.Errorf("the keyring was asked %d times", asked)
			}
		})
	}
}

func TestTheKeyringIsAskedWhenSomethingIsSentAndOnceForAll(t *testing.T) {
	server := listen(t)
	kept := keeping("studio", connect.Secrets{SignIn: "t0ken"})
	connection := connectTo(t, open(t, connect.Config{Keys: kept}), uploader.Server{
		ID: 2, Endpoint: server.endpoint(), Access: uploader.Access{SignIn: uploader.SignInBearer, Secret: "studio"},
	})
	if kept.times() != 0 {
		t.Error("connecting asked the keyring")
	}
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if _, err := connection.Probe(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if asked := kept.times(); asked != 1 {
		t.Errorf("16 requests asked the keyring %d times", asked)
	}
}

func TestASecretThatCannotBeHadAsksForASignIn(t *testing.T) {
	for name, test := range map[string]struct {
		refuse error
		kept   string
		code   string
	}{
		"there is none":            {platform.ErrNoSecret, "", fault.CodeNoSecret},
		"the keyring is locked":    {platform.ErrLocked, "", fault.CodeLocked},
		"the keyring fails":        {errors.New("no reply"), "", fault.CodeKeyring},
		"what is there is no sign": {nil, "hush, this is not JSON", fault.CodeNoSecret},
	} {
		t.Run(name, func(t *testing.T) {
			server := listen(t)
			kept := &keys{refuse: test.refuse, kept: map[string]string{"studio": test.kept}}
			connection := connectTo(t, open(t, connect.Config{Keys: kept}), uploader.Server{
				ID: 2, Endpoint: server.endpoint(), Access: uploader.Access{SignIn: uploader.SignInBearer, Secret: "studio"},
			})
			_, err := connection.Head(t.Context(), server.endpoint()+"1")
			f := fault.Of(err)
			if f == nil || f.Kind != fault.Auth || f.Code != test.code || strings.Contains(f.Error(), "hush") {
				t.Fatalf("got %+v", f)
			}
			if len(server.seen) > 0 {
				t.Error("the server was asked without a sign-in")
			}
			kept.refuse = nil
			kept.set("studio", connect.Secrets{SignIn: "found"})
			if _, err := connection.Head(t.Context(), server.endpoint()+"1"); err != nil {
				t.Errorf("once it is there: %v", err)
			}
		})
	}
	t.Run("a caller who gives up is no fault", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		connection := connectTo(t, open(t, connect.Config{Keys: &keys{refuse: context.Canceled}}), uploader.Server{
			ID: 2, Endpoint: listen(t).endpoint(), Access: uploader.Access{SignIn: uploader.SignInBearer, Secret: "studio"},
		})
		if _, err := connection.Probe(ctx); !fault.Stopped(err) {
			t.Errorf("got %v", err)
		}
	})
}

func TestSecretsDoNotShowWhenTheyArePrinted(t *testing.T) {
	secrets := connect.Secrets{SignIn: "hush-1", Proxy: "hush-2"}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secrets", secrets, "pointer", &secrets)
	slog.New(slog.NewTextHandler(&log, nil)).Info(fmt.Sprintf("%v %+v %#v %s", secrets, secrets, secrets, &secrets))
	if strings.Contains(log.String(), "hush") {
		t.Error(log.String())
	}
	if back, err := connect.Unpack(secrets.Pack()); err != nil || back != secrets {
		t.Errorf("kept as %#v, %v", back, err)
	}
}

func TestAServerThatRepeatsTheSecretIsNotBelieved(t *testing.T) {
	for _, access := range []uploader.Access{
		{SignIn: uploader.SignInBearer, Secret: "studio"},
		{SignIn: uploader.SignInBasic, User: "photographer", Secret: "studio"},
		{SignIn: uploader.SignInHeaders, Secret: "studio"},
	} {
		gossip := listen(t)
		gossip.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = fmt.Fprintf(w, "I do not accept %v", r.Header)
		})
		kept := keeping("studio", connect.Secrets{SignIn: "X-Key: hush-hush-hush"})
		connection := connectTo(t, open(t, connect.Config{Keys: kept}), uploader.Server{ID: 2, Endpoint: gossip.endpoint(), Access: access})
		_, err := connection.Head(t.Context(), gossip.endpoint()+"1")
		if f := fault.Of(err); f.Kind != fault.Auth || f.Status != http.StatusUnauthorized {
			t.Errorf("%s: got %v", access.SignIn, err)
		}
		encoded := base64.StdEncoding.EncodeToString([]byte("photographer:X-Key: hush-hush-hush"))
		if text := fmt.Sprint(err); strings.Contains(text, "hush") || strings.Contains(text, encoded) {
			t.Errorf("%s: the error repeats it: %s", access.SignIn, text)
		}
	}
}

func TestParseHeader(t *testing.T) {
	for _, line := range []string{"no colon hush", ": value", "a b: c", "A: \x00hush"} {
		_, err := connect.ParseHeader([]string{"X-Good: 1", line})
		if _, ok := errors.AsType[*connect.HeaderError](err); !ok || strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: got %v", line, err)
		}
	}
}

func FuzzParseHeader(f *testing.F) {
	f.Add("Authorization: Bearer x\nX-A: 1")
	f.Add("no")
	f.Add(": \x7f\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		header, err := connect.ParseHeader(strings.Split(text, "\n"))
		if err != nil {
			return
		}
		for name, values := range header {
			if name == "" || strings.ContainsAny(name+strings.Join(values, ""), "\r\n\x00") {
				t.Errorf("%q became %v", text, header)
			}
		}
	})
}
