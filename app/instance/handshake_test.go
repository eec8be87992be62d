package instance

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var discard = slog.New(slog.DiscardHandler)

// noRequests returns a handler that fails the test after the allowed number of requests.
func noRequests(t *testing.T, allowed int) Handler {
	return func(context.Context, Request, func(any) error) error {
		if allowed--; allowed < 0 {
			t.Error("handler called for a caller without proof")
		}
		return nil
	}
}

// secretRequest has what another program must not learn.
var secretRequest = Request{
	Command: Send, Paths: []string{"/secret/path"}, To: "http://secret.example/files/", Headers: []string{"Authorization: Bearer secret"},
}

// impostor is a program that listens at a loopback port that an instance file names. It
// does not know the token.
type impostor struct {
	path string      // of the instance file
	got  chan string // what a caller sent, until it disconnected
}

// newImpostor starts an impostor that writes a response to whoever connects, and closes
// the connection after it if close is set.
func newImpostor(t *testing.T, response func(greeting string) string, closes bool) impostor {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	i := impostor{filepath.Join(t.TempDir(), "instance.json"), make(chan string, 1)}
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		from := bufio.NewReader(conn)
		line, _ := from.ReadString('\n')
		_, _ = io.WriteString(conn, response(line))
		if closes {
			i.got <- line
			return
		}
		rest, _ := io.ReadAll(from)
		i.got <- line + string(rest)
	}()
	t.Cleanup(func() { _ = listener.Close() })
	if err := os.WriteFile(i.path, []byte(instanceFileText("tcp", listener.Addr().String())), 0o600); err != nil {
		t.Fatal(err)
	}
	return i
}

// TestCallerTellsAnImpostorNothing checks that whatever a program without the token
// responds, the caller has sent its greeting only and reports that no instance listens.
func TestCallerTellsAnImpostorNothing(t *testing.T) {
	forged := `{"value":1}` + "\n" + `{"end":true}` + "\n"
	// What an earlier connection to the same endpoint with the same token looked like.
	earlier := exchange{token: testToken, callerNonce: "nonce of an earlier caller", serverNonce: "NONCE"}
	for name, test := range map[string]struct {
		response func(greeting string) string
		closes   bool
		unproven bool
	}{
		"success":             {response: func(string) string { return forged }, unproven: true},
		"accepted":            {response: func(string) string { return accepted + "\n" + forged }, unproven: true},
		"its greeting":        {response: func(line string) string { return line }, unproven: true},
		"made-up proof":       {response: func(string) string { return "NONCE " + strings.Repeat("0", 64) + "\n" }, unproven: true},
		"empty proof":         {response: func(string) string { return "NONCE \n" }, unproven: true},
		"empty line":          {response: func(string) string { return "\n" }, unproven: true},
		"replayed proof":      {response: func(string) string { return "NONCE " + earlier.proof(server) + "\n" }, unproven: true},
		"long line":           {response: func(string) string { return strings.Repeat("A", 1<<16) }, unproven: true},
		"HTTP":                {response: func(string) string { return "HTTP/1.1 200 OK\r\n\r\n" }, unproven: true},
		"nothing":             {response: func(string) string { return "" }, closes: true},
		"truncated line":      {response: func(string) string { return "NONCE 00" }, closes: true},
		"nothing, stays open": {response: func(string) string { return "" }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := newImpostor(t, test.response, test.closes)
			err := Call(t.Context(), i.path, secretRequest, func(json.RawMessage) error {
				t.Error("value of an impostor was used")
				return nil
			})
			if !errors.Is(err, ErrNotListening) || errors.Is(err, ErrUnproven) != test.unproven {
				t.Errorf("got %v, want ErrNotListening, ErrUnproven: %v", err, test.unproven)
			}
			got := <-i.got
			nonce, ok := strings.CutPrefix(got, greeting+" ")
			if !ok || len(nonce) != len(testToken)+1 || strings.Contains(got, testToken) {
				t.Errorf("impostor got %q, want the greeting only", got)
			}
		})
	}
}

// TestProofOfOneSideOrPlaceIsNoneOfAnother checks what a proof depends on.
func TestProofOfOneSideOrPlaceIsNoneOfAnother(t *testing.T) {
	x := exchange{testToken, endpoint{networkTCP, "127.0.0.1:1"}, "a", "b"}
	proof := x.proof(server)
	if !x.proves(server, proof) {
		t.Error("proof is not accepted")
	}
	for name, other := range map[string]exchange{
		"token":        {testToken + "A", x.at, "a", "b"},
		"network":      {testToken, endpoint{networkUnix, x.at.address}, "a", "b"},
		"address":      {testToken, endpoint{networkTCP, "127.0.0.1:2"}, "a", "b"},
		"caller nonce": {testToken, x.at, "c", "b"},
		"server nonce": {testToken, x.at, "a", "c"},
		"boundary":     {testToken, x.at, "ab", ""},
	} {
		if other.proves(server, proof) {
			t.Errorf("proof is accepted with another %s", name)
		}
	}
	if x.proves(caller, proof) {
		t.Error("proof of the server is accepted from the caller")
	}
}

// listenTCP starts a server at a loopback port, as where nothing else is possible.
func listenTCP(t *testing.T, handler Handler, log *slog.Logger) *Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, err := serveAt(filepath.Join(t.TempDir(), "instance.json"), listener, endpoint{networkTCP, listener.Addr().String()}, handler, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// dialServer connects to s without a proof.
func dialServer(t *testing.T, s *Server) net.Conn {
	t.Helper()
	conn, err := s.file.endpoint.dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// TestServerIgnoresCallersWithoutProof checks that a caller that does not know the token
// gets at most the server's proof and reaches no handler.
func TestServerIgnoresCallersWithoutProof(t *testing.T) {
	s := listenTCP(t, noRequests(t, 0), discard)
	const list = `{"command":"list"}` + "\n"
	greet := greeting + " NONCE\n"
	for name, text := range map[string]string{
		"request":           list,
		"version 0.1.0":     testToken + "\n" + list,
		"empty lines":       "\n\n" + list,
		"greeting only":     greet,
		"made-up proof":     greet + strings.Repeat("0", 64) + "\n" + list,
		"empty proof":       greet + "\n" + list,
		"truncated proof":   greet + "00",
		"another version":   "ferry-hand-over-3 NONCE\n" + list,
		"overlong greeting": greeting + " " + strings.Repeat("A", 1<<16) + "\n",
		"overlong proof":    greet + strings.Repeat("A", 1<<16) + "\n",
		"HTTP":              "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			conn := dialServer(t, s).(*net.TCPConn)
			_, _ = conn.Write([]byte(text)) // fails if the server has closed the connection already
			_ = conn.CloseWrite()
			response, _ := io.ReadAll(conn)
			if lines := bytes.Count(response, []byte("\n")); lines > 1 || bytes.Contains(response, []byte(accepted)) {
				t.Errorf("response %q, want at most the proof", response)
			}
		})
	}
}

// TestServerRejectsAReplayedCaller sends what a caller with a proof has sent before.
func TestServerRejectsAReplayedCaller(t *testing.T) {
	s := listenTCP(t, noRequests(t, 1), discard)
	var sent bytes.Buffer
	conn := dialServer(t, s)
	if err := proveAsCaller(bufio.NewReader(conn), io.MultiWriter(conn, &sent), s.file); err != nil {
		t.Fatal(err)
	}
	again := dialServer(t, s).(*net.TCPConn)
	_, _ = again.Write(append(sent.Bytes(), `{"command":"list"}`+"\n"...))
	_ = again.CloseWrite()
	if response, _ := io.ReadAll(again); bytes.Count(response, []byte("\n")) != 1 || bytes.Contains(response, []byte(accepted)) {
		t.Errorf("response %q, want the server's proof only", response)
	}
}

// TestServerRejectsItsOwnProof sends the server's proof back to it.
func TestServerRejectsItsOwnProof(t *testing.T) {
	s := listenTCP(t, noRequests(t, 0), discard)
	conn := dialServer(t, s)
	_, _ = io.WriteString(conn, greeting+" NONCE\n")
	from := bufio.NewReader(conn)
	line, err := from.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	_, proof, _ := strings.Cut(line, " ")
	_, _ = io.WriteString(conn, proof+`{"command":"list"}`+"\n")
	if response, _ := io.ReadAll(from); len(response) != 0 {
		t.Errorf("response %q, want none", response)
	}
}

// TestRelayedProofIsRejected connects a caller to the instance through a program that
// forwards everything, at another address.
func TestRelayedProofIsRejected(t *testing.T) {
	s := listenTCP(t, noRequests(t, 0), discard)
	relay, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := relay.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		to, err := net.Dial("tcp", s.file.endpoint.address)
		if err != nil {
			return
		}
		defer func() { _ = to.Close() }()
		go func() { _, _ = io.Copy(conn, to) }()
		_, _ = io.Copy(to, conn)
	}()
	t.Cleanup(func() { _ = relay.Close(); <-done })
	file := instanceFile{endpoint{networkTCP, relay.Addr().String()}, s.file.token}
	path := filepath.Join(t.TempDir(), "instance.json")
	if err := file.write(path); err != nil {
		t.Fatal(err)
	}
	if err := callList(t.Context(), path); !errors.Is(err, ErrUnproven) {
		t.Errorf("got %v, want ErrUnproven", err)
	}
}

// halfConn is one side of a connection whose other side sends fixed bytes.
type halfConn struct {
	io.Reader
	sent bytes.Buffer
}

func (c *halfConn) Write(p []byte) (int, error) { return c.sent.Write(p) }

// FuzzProveAsCaller checks that no bytes are taken for the proof of a server, and that
// the caller sends its greeting only.
func FuzzProveAsCaller(f *testing.F) {
	file := instanceFile{endpoint{networkTCP, "127.0.0.1:1"}, testToken}
	for _, seed := range []string{"", "NONCE " + strings.Repeat("0", 64) + "\n" + accepted + "\n", accepted + "\n", "\n\n", " \n", strings.Repeat("A", 200)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, response []byte) {
		c := &halfConn{Reader: bytes.NewReader(response)}
		if err := proveAsCaller(bufio.NewReader(c), c, file); err == nil {
			t.Errorf("%q was taken for a proof", response)
		}
		if sent := c.sent.String(); strings.Count(sent, "\n") != 1 || !strings.HasPrefix(sent, greeting+" ") {
			t.Errorf("caller sent %q, want its greeting", sent)
		}
	})
}

// FuzzProveAsServer checks that no bytes are taken for the proof of a caller, and that
// the server sends at most one line.
func FuzzProveAsServer(f *testing.F) {
	file := instanceFile{endpoint{networkTCP, "127.0.0.1:1"}, testToken}
	for _, seed := range []string{"", greeting + " NONCE\n" + strings.Repeat("0", 64) + "\n", greeting + " \n\n", "\n", strings.Repeat("A", 200)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, request []byte) {
		c := &halfConn{Reader: bytes.NewReader(request)}
		if err := proveAsServer(bufio.NewReader(c), c, file); err == nil {
			t.Errorf("%q was taken for a proof", request)
		}
		if sent := c.sent.String(); strings.Count(sent, "\n") > 1 || strings.Contains(sent, testToken) {
			t.Errorf("server sent %q, want at most its proof", sent)
		}
	})
}

// TestSilentCallersDoNotKeepOthersOut calls a server that hundreds of connections are
// open to, none of which sends anything, and one that sends half of a line.
func TestSilentCallersDoNotKeepOthersOut(t *testing.T) {
	var logged bytes.Buffer
	begin := time.Now()
	s := listenTCP(t, noRequests(t, 3), slog.New(slog.NewTextHandler(&logged, nil)))
	const silent = 400
	conns := make([]net.Conn, silent)
	for i := range conns {
		conns[i] = dialServer(t, s)
	}
	_, _ = io.WriteString(conns[silent-1], greeting)
	// A silent caller may be accepted after the real one, which is then disconnected before
	// its proof and calls again.
	deadline := time.Now().Add(time.Minute)
	for calls := 0; calls < 3; {
		err := callList(t.Context(), s.path)
		if err == nil {
			calls++
		} else if !errors.Is(err, ErrNotListening) || time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	// The last silent connections are open until their time is over; the others are closed.
	for _, conn := range conns {
		_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
		if _, err := conn.Read(make([]byte, 1)); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error("a silent caller was not disconnected")
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	most := firstProblems + int(time.Since(begin)/problemInterval)
	if lines := strings.Count(logged.String(), "rejected connection"); lines < 1 || lines > most {
		t.Errorf("%d lines about rejected connections in the log, want 1 to %d", lines, most)
	}
}

// TestUnprovenConnsAreLimited checks which connection makes room for a new one.
func TestUnprovenConnsAreLimited(t *testing.T) {
	var u unprovenConns
	var conns []net.Conn
	for range maxUnproven + 1 {
		near, far := net.Pipe()
		t.Cleanup(func() { _ = far.Close(); _ = near.Close() })
		conns = append(conns, near)
		u.add(near)
	}
	if u.remove(conns[0]) {
		t.Error("the oldest connection is still there")
	}
	if err := conns[0].SetDeadline(time.Time{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("the oldest connection was not closed: %v", err)
	}
	for _, conn := range conns[1:] {
		if !u.remove(conn) {
			t.Error("another connection than the oldest is missing")
		}
	}
}
