package endtoend_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestHandOverIgnoresAnotherProgramAtTheOldAddress starts two sends at once in a profile
// whose instance was killed, while another program listens at the address that its
// instance file names. Both files must reach the server, and that program must learn
// nothing about them, whatever it responds.
func TestHandOverIgnoresAnotherProgramAtTheOldAddress(t *testing.T) {
	t.Parallel()
	const rounds = 15
	const token = "THETOKENOFTHEKILLEDINSTANCE"
	server := uploadtest.NewTusd(t)
	random := newRandom(t, seedFiles)
	responses := []string{
		"", // and the connection stays open
		`{"value":{"event":"done"}}` + "\n" + `{"end":true}` + "\n",
		"NONCE " + strings.Repeat("0", 64) + "\naccepted\n" + `{"end":true}` + "\n",
	}
	for round := range rounds {
		squatter := listenAtOldAddress(t, responses[round%len(responses)])
		ferry := &client{t: t, profile: t.TempDir(), endpoint: server.Endpoint}
		file := fmt.Sprintf(`{"network":"tcp","address":%q,"token":%q}`, base64.StdEncoding.EncodeToString([]byte(squatter.address)), token)
		if round%2 == 1 { // as Ferry 0.1.0 wrote it
			file = fmt.Sprintf(`{"address":%q,"token":%q}`, squatter.address, token)
		}
		if err := os.WriteFile(filepath.Join(ferry.profile, "instance.json"), []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		var runs [2]*run
		dir := t.TempDir()
		for i := range runs {
			path := filepath.Join(dir, fmt.Sprintf("secret-%d-%d.bin", round, i))
			createFile(t, random, path, 10_000)
			runs[i] = ferry.send("--header", "Authorization: Bearer sesame", path)
		}
		for _, r := range runs {
			r.wait(t, runTimeout)
			if r.exitErr != nil {
				t.Errorf("round %d: ferry %v: %v\n%s", round, r.args, r.exitErr, r.stderr.String())
			}
		}
		for line := range bytes.Lines(squatter.received()) {
			if !bytes.HasPrefix(line, []byte("ferry-hand-over-2 ")) || len(line) > 60 || bytes.Contains(line, []byte(token)) {
				t.Errorf("round %d: the other program received %q", round, line)
			}
		}
	}
	if stored := server.Stored(t); len(stored) != 2*rounds {
		t.Errorf("%d files on the server, want %d", len(stored), 2*rounds)
	}
}

// squatter is a program that listens where an instance has listened.
type squatter struct {
	address  string
	received func() []byte // closes it and returns everything it received
}

// listenAtOldAddress starts a squatter that sends a response to whoever connects.
func listenAtOldAddress(t *testing.T, response string) squatter {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var received bytes.Buffer
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conns.Go(func() {
				defer conn.Close()
				_, _ = io.WriteString(conn, response)
				got, _ := io.ReadAll(conn) // until the caller disconnects
				mu.Lock()
				defer mu.Unlock()
				received.Write(got)
			})
		}
	})
	stop := sync.OnceFunc(func() { _ = listener.Close(); conns.Wait() })
	t.Cleanup(stop)
	return squatter{listener.Addr().String(), func() []byte { stop(); return received.Bytes() }}
}
