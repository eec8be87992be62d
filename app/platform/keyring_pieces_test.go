package platform_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/platform"
)

// mapKeyring stores secrets of up to most bytes in memory.
type mapKeyring struct {
	most    int
	secrets map[string]string
	full    bool // Set fails
}

func newMapKeyring(most int) *mapKeyring {
	return &mapKeyring{most: most, secrets: map[string]string{}}
}

var errTooLong = errors.New("too long")

func (m *mapKeyring) Get(_ context.Context, name string) (string, error) {
	secret, found := m.secrets[name]
	if !found {
		return "", platform.ErrNoSecret
	}
	return secret, nil
}

func (m *mapKeyring) Set(_ context.Context, name, secret string) error {
	if m.full || len(secret) > m.most {
		return errTooLong
	}
	m.secrets[name] = secret
	return nil
}

func (m *mapKeyring) Delete(_ context.Context, name string) error {
	delete(m.secrets, name)
	return nil
}

func TestPiecesKeyringKeepsTheContract(t *testing.T) {
	testKeyring(t, platform.NewPiecesKeyring(newMapKeyring(1000), 1000))
}

// TestPiecesKeyringStoresLongSecrets stores secrets of many lengths under one name, one
// after the other.
func TestPiecesKeyringStoresLongSecrets(t *testing.T) {
	const most = 60
	store := newMapKeyring(most)
	keys := platform.NewPiecesKeyring(store, most)
	for _, secret := range []string{
		"short", strings.Repeat("a", most), strings.Repeat("b", most+1), strings.Repeat("c", 3*most), strings.Repeat("d", 100*most+1),
		"ferry-pieces:x:1", "ferry-pieces:", strings.Repeat("e", 2*most), "short again",
	} {
		if err := keys.Set(t.Context(), "name", secret); err != nil {
			t.Fatalf("set %d bytes: %v", len(secret), err)
		}
		if got, err := keys.Get(t.Context(), "name"); err != nil || got != secret {
			t.Errorf("set %.20q (%d bytes), got %.20q (%d bytes), %v", secret, len(secret), got, len(got), err)
		}
	}
	if len(store.secrets) != 1 {
		t.Errorf("%d entries are left of earlier secrets", len(store.secrets)-1)
	}
	if err := keys.Set(t.Context(), "name", strings.Repeat("f", 5*most)); err != nil {
		t.Fatal(err)
	}
	if err := keys.Delete(t.Context(), "name"); err != nil || len(store.secrets) > 0 {
		t.Errorf("%d entries are left after deleting (%v)", len(store.secrets), err)
	}
}

// TestSecretThatIsRefusedEndsTheEarlierOne changes a secret to one that cannot be stored.
func TestSecretThatIsRefusedEndsTheEarlierOne(t *testing.T) {
	const most = 60
	for _, c := range []struct{ name, earlier, later string }{
		{"short after short", "old", "new"},
		{"long after short", "old", strings.Repeat("n", 3*most)},
		{"long after long", strings.Repeat("o", 3*most), strings.Repeat("n", 3*most)},
		{"longer than anything", "old", strings.Repeat("n", 1000*most+1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := newMapKeyring(most)
			keys := platform.NewPiecesKeyring(store, most)
			if err := keys.Set(t.Context(), "name", c.earlier); err != nil {
				t.Fatal(err)
			}
			store.full = true
			if err := keys.Set(t.Context(), "name", c.later); err == nil {
				t.Fatal("a full keyring accepted a secret")
			}
			if got, err := keys.Get(t.Context(), "name"); !errors.Is(err, platform.ErrNoSecret) {
				t.Errorf("the secret is %q (%v), want none", got, err)
			}
			if len(store.secrets) > 0 {
				t.Errorf("%d entries are left", len(store.secrets))
			}
		})
	}
}

func TestSecretWithoutOneOfItsPiecesIsNone(t *testing.T) {
	const most = 60
	store := newMapKeyring(most)
	keys := platform.NewPiecesKeyring(store, most)
	if err := keys.Set(t.Context(), "name", strings.Repeat("s", 3*most)); err != nil {
		t.Fatal(err)
	}
	for name := range store.secrets {
		if strings.HasSuffix(name, "/1") {
			delete(store.secrets, name)
		}
	}
	if got, err := keys.Get(t.Context(), "name"); !errors.Is(err, platform.ErrNoSecret) {
		t.Errorf("got %q (%v), want ErrNoSecret", got, err)
	}
}
