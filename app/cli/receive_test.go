package cli

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/profile"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader/receiver"
)

func TestReceiveWarnsOfPlainConnections(t *testing.T) {
	if err := words.Load("en"); err != nil {
		t.Fatal(err)
	}
	text, err := receiver.NewCertificate("")
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := tls.X509KeyPair(text, text)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		listen string
		tls    *tls.Certificate
		warns  bool
	}{
		{"this computer only", receiver.Loopback, nil, false},
		{"network", "0.0.0.0:0", nil, true},
		{"network with TLS", "0.0.0.0:0", &certificate, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			config := receiver.Config{Dir: t.TempDir(), Listen: test.listen, TLS: test.tls}
			server, err := receiver.Open(config)
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			var out, errOut bytes.Buffer
			if err := printWarnings(server, config, Streams{Out: &out, Err: &errOut}); err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(errOut.String(), "not encrypted"); got != test.warns || out.Len() > 0 {
				t.Errorf("printed %q, %q", &out, &errOut)
			}
		})
	}
}

// TestReceiveConfig checks that every option reaches the receiver.
func TestReceiveConfig(t *testing.T) {
	dir := t.TempDir()
	p, err := profile.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	invocation, err := Parse([]string{
		"receive", "--dir", dir, "--listen", "127.0.0.1:0", "--tls", "--max-size", "3MB", "--max-total", "20TB", "--expire", "30", "--keep-dots", "--json",
	}, &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := invocation.Receive.config(p, Secrets{ReceiveAuth: "token"})
	if err != nil || got.TLS == nil {
		t.Fatalf("TLS %v, %v", got.TLS, err)
	}
	want := receiver.Config{
		Dir: dir, Listen: "127.0.0.1:0", KeepDots: true, MaxSize: 3_000_000, MaxTotal: 20_000_000_000_000, Expiry: 30 * 24 * time.Hour,
		Credentials: []string{"token"}, TLS: got.TLS,
	}
	gotText, wantText := mustMarshal(t, got), mustMarshal(t, want)
	if gotText != wantText {
		t.Errorf("got %s, want %s", gotText, wantText)
	}
}

func mustMarshal(t *testing.T, c receiver.Config) string {
	t.Helper()
	c.TLS = nil
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
