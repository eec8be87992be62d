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

func TestSignInHeaders(t *testing.T) {
	for name, test := range map[string]struct {
		access uploader.Access
		secret string
		want   http.Header
	}{
		"bearer token (RFC 6750)": {
			uploader.Access{SignIn: uploader.SignInBearer},
			" mF_9.B5f-4.1JqM\n",
			http.Header{"Authorization": {"Bearer mF_9.B5f-4.1JqM"}},
		},
		"user and password (RFC 7617)": {
			uploader.Access{SignIn: uploader.SignInBasic, User: "test"},
			"123£:x",
			http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("test:123£:x"))}},
		},
		"custom header fields": {
			uploader.Access{SignIn: uploader.SignInHeaders},
			"X-Api-Key: k:1\n\nx-team:  blue \n",
			http.Header{"X-Api-Key": {"k:1"}, "X-Team": {"blue"}},
		},
		"none": {uploader.Access{SignIn: uploader.SignInNone}, "unused", http.Header{}},
	} {
		t.Run(name, func(t *testing.T) {
			server := startServer(t)
			keyring := keyringWith("studio", connect.Secrets{SignIn: test.secret})
			test.access.SecretName = "studio"
			probe(t, connectTo(t, newConnector(t, connect.Config{Keyring: keyring}), uploader.Server{ID: 2, Endpoint: server.endpoint(), Access: test.access}))
			got := http.Header{}
			for _, field := range []string{"Authorization", "X-Api-Key", "X-Team"} {
				if values := server.last(t).Header.Values(field); len(values) > 0 {
					got[field] = values
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if calls := keyring.callCount(); (calls > 0) != (len(test.want) > 0) {
				t.Errorf("keyring was read %d times", calls)
			}
		})
	}
}

func TestKeyringIsReadOnceOnFirstRequest(t *testing.T) {
	server := startServer(t)
	keyring := keyringWith("studio", connect.Secrets{SignIn: "t0ken"})
	client := connectTo(t, newConnector(t, connect.Config{Keyring: keyring}), uploader.Server{
		ID: 2, Endpoint: server.endpoint(), Access: uploader.Access{SignIn: uploader.SignInBearer, SecretName: "studio"},
	})
	if keyring.callCount() != 0 {
		t.Error("Connect read the keyring")
	}
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if _, err := client.Probe(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if calls := keyring.callCount(); calls != 1 {
		t.Errorf("16 requests read the keyring %d times, want 1", calls)
	}
}

func TestUnavailableSecretIsAuthFault(t *testing.T) {
	for name, test := range map[string]struct {
		err   error
		entry string
		code  string
	}{
		"no secret":       {platform.ErrNoSecret, "", fault.CodeNoSignIn},
		"locked keyring":  {platform.ErrLocked, "", fault.CodeKeyringLocked},
		"keyring failure": {errors.New("no reply"), "", fault.CodeKeyringFailed},
		"invalid entry":   {nil, "hush, this is not JSON", fault.CodeNoSignIn},
	} {
		t.Run(name, func(t *testing.T) {
			server := startServer(t)
			keyring := &fakeKeyring{err: test.err, entries: map[string]string{"studio": test.entry}}
			client := connectTo(t, newConnector(t, connect.Config{Keyring: keyring}), uploader.Server{
				ID: 2, Endpoint: server.endpoint(), Access: uploader.Access{SignIn: uploader.SignInBearer, SecretName: "studio"},
			})
			_, err := client.Head(t.Context(), server.endpoint()+"1")
			f := fault.Of(err)
			if f == nil || f.Kind != fault.Auth || f.Code != test.code || strings.Contains(f.Error(), "hush") {
				t.Fatalf("fault is %+v", f)
			}
			if len(server.requests) > 0 {
				t.Error("a request was sent without sign-in")
			}
			keyring.err = nil
			keyring.set("studio", connect.Secrets{SignIn: "found"})
			if _, err := client.Head(t.Context(), server.endpoint()+"1"); err != nil {
				t.Errorf("after the secret was stored: %v", err)
			}
		})
	}
	t.Run("canceled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		client := connectTo(t, newConnector(t, connect.Config{Keyring: &fakeKeyring{err: context.Canceled}}), uploader.Server{
			ID: 2, Endpoint: startServer(t).endpoint(), Access: uploader.Access{SignIn: uploader.SignInBearer, SecretName: "studio"},
		})
		if _, err := client.Probe(ctx); !fault.IsCanceled(err) {
			t.Errorf("error is %v", err)
		}
	})
}

func TestSecretsAreNotPrinted(t *testing.T) {
	secrets := connect.Secrets{SignIn: "hush-1", Proxy: "hush-2"}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secrets", secrets, "pointer", &secrets)
	slog.New(slog.NewTextHandler(&log, nil)).Info(fmt.Sprintf("%v %+v %#v %s", secrets, secrets, secrets, &secrets))
	if strings.Contains(log.String(), "hush") {
		t.Error(log.String())
	}
	if decoded, err := connect.DecodeSecrets(secrets.Encode()); err != nil || decoded != secrets {
		t.Errorf("decoded %#v, %v", decoded, err)
	}
}

func TestErrorsOmitSecretsInServerResponse(t *testing.T) {
	for _, access := range []uploader.Access{
		{SignIn: uploader.SignInBearer, SecretName: "studio"},
		{SignIn: uploader.SignInBasic, User: "photographer", SecretName: "studio"},
		{SignIn: uploader.SignInHeaders, SecretName: "studio"},
	} {
		server := startServer(t)
		server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = fmt.Fprintf(w, "I do not accept %v", r.Header)
		})
		keyring := keyringWith("studio", connect.Secrets{SignIn: "X-Key: hush-hush-hush"})
		client := connectTo(t, newConnector(t, connect.Config{Keyring: keyring}), uploader.Server{ID: 2, Endpoint: server.endpoint(), Access: access})
		_, err := client.Head(t.Context(), server.endpoint()+"1")
		if f := fault.Of(err); f.Kind != fault.Auth || f.Status != http.StatusUnauthorized {
			t.Errorf("%s: error is %v", access.SignIn, err)
		}
		encoded := base64.StdEncoding.EncodeToString([]byte("photographer:X-Key: hush-hush-hush"))
		if text := fmt.Sprint(err); strings.Contains(text, "hush") || strings.Contains(text, encoded) {
			t.Errorf("%s: the error contains the secret: %s", access.SignIn, text)
		}
	}
}
