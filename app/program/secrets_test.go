package program

import (
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/zalando/go-keyring"

	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/profile"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestSecretsAreStoredOnlyInTheKeyring signs in to a server with a wrong and a right
// secret, which the server repeats in its response, and searches the files of the
// profile and the command line for both.
func TestSecretsAreStoredOnlyInTheKeyring(t *testing.T) {
	if err := words.Load("en"); err != nil {
		t.Fatal(err)
	}
	keyring.MockInit() // tests have no desktop session
	if bus := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); bus == "" {
		t.Log("no session bus: secrets stay in memory")
	}
	const wrong, right = "wr0ng-hush-hush-4711", "r1ght-hush-hush-4712"
	const signed = "s1gned-hush-hush-4713" // in the URL of the server's storage
	var rejected atomic.Int64
	server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer "+right {
				rejected.Add(1)
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = fmt.Fprintf(w, "ERR_UNAUTHORIZED: received %s for https://storage.example/%s/film?signature=%s",
					r.Header.Get("Authorization"), signed, signed)
				return
			}
			next.ServeHTTP(w, r)
		})
	}))
	p, err := profile.Open(filepath.Join(t.TempDir(), "profile"))
	if err != nil {
		t.Fatal(err)
	}
	log, closer, err := p.OpenLog()
	if err != nil {
		t.Fatal(err)
	}
	c := command{profile: p, log: log, streams: cli.Streams{Out: io.Discard, Err: io.Discard}}
	lock, err := c.lockOrCall(t.Context(), func() error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	s, err := open(t.Context(), c, lock, options{})
	if err != nil {
		t.Fatal(err)
	}
	do := func(command uploader.Command) {
		t.Helper()
		if err := s.engine.Do(t.Context(), command); err != nil {
			t.Fatal(err)
		}
	}
	waitFor := func(condition func(*uploader.Snapshot) bool) {
		t.Helper()
		updates := s.engine.Watch(t.Context())
		for !condition(s.engine.Snapshot()) {
			<-updates
		}
	}
	setSecret := func(secret string) {
		t.Helper()
		if err := s.keys.Set(t.Context(), "server-test", connect.Secrets{SignIn: secret, Proxy: secret}.Encode()); err != nil {
			t.Fatal(err)
		}
	}
	setSecret(wrong)
	do(uploader.SaveServer{Server: uploader.Server{Name: "studio", Endpoint: server.Endpoint, Access: uploader.Access{
		SignIn: uploader.SignInBearer, SecretName: "server-test",
	}}})
	path := filepath.Join(t.TempDir(), "film.mov")
	if err := os.WriteFile(path, make([]byte, 3<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	do(uploader.Add{Batch: uploader.NewBatchID(), Server: 2, Paths: []string{path}})
	waitFor(func(s *uploader.Snapshot) bool { f := s.Blocked[2]; return f != nil && f.Kind == fault.Auth })
	setSecret(right)
	do(uploader.Unblock{Server: 2})
	waitFor(func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] == 1 })
	if _, err := s.backUp(t.Context(), p.Dir); err != nil {
		t.Fatal(err)
	}
	checkFiles := func(when string) {
		t.Helper()
		files := 0
		err := filepath.WalkDir(p.Dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			files++
			text, err := os.ReadFile(path)
			for _, secret := range []string{wrong, right, signed} {
				if strings.Contains(string(text), secret) {
					t.Errorf("%s: %s contains a secret", when, entry.Name())
				}
			}
			return err
		})
		if err != nil || files < 3 {
			t.Errorf("%s: %d files, %v", when, files, err)
		}
	}
	checkFiles("while running")
	if line, err := os.ReadFile("/proc/self/cmdline"); err == nil && strings.Contains(string(line), "hush") {
		t.Error("command line contains a secret")
	}
	if err := s.close(nil); err != nil {
		t.Fatal(err)
	}
	if err := closer.Close(); err != nil {
		t.Fatal(err)
	}
	checkFiles("after close")
	if rejected.Load() == 0 {
		t.Error("the wrong secret was never sent")
	}
	logged, _ := os.ReadFile(p.Log())
	if !strings.Contains(string(logged), "401") {
		t.Error("log does not contain the rejected response, which could leak the secret")
	}
}
