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

// TestASecretIsNowhereButInTheKeyring signs in with one wrong and one right
// secret to a server that repeats what it was shown, and looks for both in all
// that the program leaves.
func TestASecretIsNowhereButInTheKeyring(t *testing.T) {
	if err := words.Load("en"); err != nil {
		t.Fatal(err)
	}
	keyring.MockInit() // there is no session to ask in a test
	if bus := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); bus == "" {
		t.Log("without a bus the secrets stay in memory")
	}
	const wrong, right = "wr0ng-hush-hush-4711", "r1ght-hush-hush-4712"
	var met atomic.Int64
	server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer "+right {
				met.Add(1)
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = fmt.Fprintf(w, "ERR_NOT_YOU: I was shown %s", r.Header.Get("Authorization"))
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
	w := work{profile: p, log: log, streams: cli.Streams{Out: io.Discard, Err: io.Discard}}
	lock, err := w.enter(t.Context(), func() error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	s, err := open(t.Context(), w, lock, options{})
	if err != nil {
		t.Fatal(err)
	}
	do := func(command uploader.Command) {
		t.Helper()
		if err := s.engine.Do(t.Context(), command); err != nil {
			t.Fatal(err)
		}
	}
	until := func(so func(*uploader.Snapshot) bool) {
		t.Helper()
		kicks := s.engine.Watch(t.Context())
		for !so(s.engine.Snapshot()) {
			<-kicks
		}
	}
	set := func(secret string) {
		t.Helper()
		if err := s.keys.Set(t.Context(), "server-test", connect.Secrets{SignIn: secret, Proxy: secret}.Pack()); err != nil {
			t.Fatal(err)
		}
	}
	set(wrong)
	do(uploader.SaveServer{Server: uploader.Server{Name: "studio", Endpoint: server.Endpoint, Access: uploader.Access{
		SignIn: uploader.SignInBearer, Secret: "server-test",
	}}})
	path := filepath.Join(t.TempDir(), "film.mov")
	if err := os.WriteFile(path, make([]byte, 3<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	do(uploader.Add{Batch: uploader.NewBatchID(), Server: 2, Paths: []string{path}})
	until(func(s *uploader.Snapshot) bool { f := s.Blocked[2]; return f != nil && f.Kind == fault.Auth })
	set(right)
	do(uploader.SignedIn{Server: 2})
	until(func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] == 1 })
	if _, err := s.backUp(t.Context(), p.Dir); err != nil {
		t.Fatal(err)
	}
	look := func(when string) {
		t.Helper()
		files := 0
		err := filepath.WalkDir(p.Dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			files++
			text, err := os.ReadFile(path)
			for _, secret := range []string{wrong, right} {
				if strings.Contains(string(text), secret) {
					t.Errorf("%s: %s holds a secret", when, entry.Name())
				}
			}
			return err
		})
		if err != nil || files < 3 {
			t.Errorf("%s: %d files, %v", when, files, err)
		}
	}
	look("while it runs")
	if line, err := os.ReadFile("/proc/self/cmdline"); err == nil && strings.Contains(string(line), "hush") {
		t.Error("the command line holds a secret")
	}
	if err := s.close(nil); err != nil {
		t.Fatal(err)
	}
	if err := closer.Close(); err != nil {
		t.Fatal(err)
	}
	look("afterwards")
	if met.Load() == 0 {
		t.Error("the wrong secret was never shown")
	}
	logged, _ := os.ReadFile(p.Log())
	if !strings.Contains(string(logged), "401") {
		t.Error("the log says nothing of what was refused, so that it proves nothing")
	}
}
