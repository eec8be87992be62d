package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/words"
)

func TestOwnCertificateIsMadeOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "profile", "receiver.pem")
	r := &Receive{TLS: true}
	first, err := r.certificate(path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := r.certificate(path)
	if err != nil || !bytes.Equal(first.Certificate[0], again.Certificate[0]) {
		t.Errorf("another certificate in the next run: %v", err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(path, []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := r.certificate(path); err == nil {
		t.Error("a damaged certificate is used")
	}
}

func TestReceiveCredentials(t *testing.T) {
	if err := words.Load("en"); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "auth")
	for _, test := range []struct {
		name, file, env string
		want            []string
		fails           bool
	}{
		{"none", "", "", nil, false},
		{"file", "ann:oar\n\n# comment\n  token \r\n", "", []string{"ann:oar", "token"}, false},
		{"environment", "", "ann:oar\ntoken", []string{"ann:oar", "token"}, false},
		{"both", "token", "ann:oar", []string{"ann:oar", "token"}, false},
		{"empty file", "# none\n", "", nil, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := &Receive{}
			if test.file != "" {
				r.AuthFile = file
				if err := os.WriteFile(file, []byte(test.file), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, err := r.credentials(test.env)
			if diff := cmp.Diff(test.want, got); diff != "" || (err != nil) != test.fails {
				t.Errorf("%v, %s", err, diff)
			}
		})
	}
}
