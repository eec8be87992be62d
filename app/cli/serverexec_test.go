package cli

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// memoryKeys is a keyring in memory. While fails is set, Set saves the secret in memory only,
// as platform.AppKeyring does after the system's keyring failed.
type memoryKeys struct {
	storage platform.Storage
	secrets map[string]string
	fails   bool
	setErr  error
}

func (k *memoryKeys) Storage(context.Context) platform.Storage { return k.storage }

func (k *memoryKeys) Get(_ context.Context, name string) (string, error) {
	secret, ok := k.secrets[name]
	if !ok {
		return "", platform.ErrNoSecret
	}
	return secret, nil
}

func (k *memoryKeys) Set(_ context.Context, name, secret string) error {
	if k.setErr != nil {
		return k.setErr
	}
	if k.fails {
		k.storage = platform.StorageMemory
	}
	k.secrets[name] = secret
	return nil
}

func (k *memoryKeys) Delete(_ context.Context, name string) error {
	delete(k.secrets, name)
	return nil
}

// TestSecretsAreSavedOrNothing tests that a server whose secret cannot be saved for good is
// not saved, and that what to do instead is said.
func TestSecretsAreSavedOrNothing(t *testing.T) {
	if err := words.Load("en"); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		keys  memoryKeys
		error string // "": saved
	}{
		{"system's keyring", memoryKeys{storage: platform.StorageSystem}, ""},
		{"encrypted file", memoryKeys{storage: platform.StorageFile}, ""},
		{"no keyring", memoryKeys{storage: platform.StorageMemory}, "There is no keyring"},
		{"locked file", memoryKeys{storage: platform.StorageLockedFile}, "is locked. Unlock it in Ferry's window"},
		{"keyring that fails", memoryKeys{storage: platform.StorageSystem, fails: true}, "There is no keyring"},
		{"keyring with an error", memoryKeys{storage: platform.StorageSystem, setErr: errors.New("hush")}, "keyring"},
	} {
		t.Run(test.name, func(t *testing.T) {
			keys := test.keys
			keys.secrets = map[string]string{}
			engine := &fakeEngine{}
			x := &Executor{Engine: engine, Keys: &keys, Connector: connect.New(connect.Config{Keyring: &keys})}
			request := instance.Request{Command: instance.AddServer, Force: true, Server: instance.ServerChange{
				Endpoint: new("http://127.0.0.1:1/"), SignIn: new(uploader.SignInBearer), Secret: "t0ken",
			}}
			var replies []Reply
			err := x.Execute(t.Context(), request, func(r Reply) error { replies = append(replies, r); return nil })
			if test.error != "" {
				if err == nil || !strings.Contains(Explain(err), test.error) || strings.Contains(Explain(err), "hush") || len(engine.saved) > 0 || len(keys.secrets) > 0 {
					t.Errorf("error %v, %d servers saved, %d secrets", err, len(engine.saved), len(keys.secrets))
				}
				return
			}
			if err != nil || len(engine.saved) != 1 || len(keys.secrets) != 1 {
				t.Fatalf("error %v, %d servers saved, %d secrets", err, len(engine.saved), len(keys.secrets))
			}
			if name := engine.saved[0].Access.SecretName; !strings.Contains(keys.secrets[name], "t0ken") {
				t.Errorf("the secret is not saved under %q: %v", name, maps.Keys(keys.secrets))
			}
			if last := replies[len(replies)-1].Server; last == nil || last.SignIn != "bearer" {
				t.Errorf("replies %+v", replies)
			}
		})
	}
}
