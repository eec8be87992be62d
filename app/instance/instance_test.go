package instance_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/app/instance"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// listen starts a server in a new profile and returns the path of its instance
// file.
func listen(t *testing.T, handler instance.Handler) (string, *instance.Server) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "instance.json")
	server, err := instance.Listen(path, handler, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return path, server
}

func ignoreValue(json.RawMessage) error { return nil }

func noReply(context.Context, instance.Request, func(any) error) error { return nil }

func TestLockIsExclusive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ferry.lock")
	first, err := instance.Acquire(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := instance.Acquire(path); !errors.Is(err, instance.ErrLocked) {
		t.Errorf("second Acquire: %v, want ErrLocked", err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	second, err := instance.Acquire(path)
	if err != nil {
		t.Fatalf("Acquire after Release: %v", err)
	}
	if err := second.Release(); err != nil {
		t.Error(err)
	}
}

func TestCallSendsRequestAndReceivesValues(t *testing.T) {
	want := instance.Request{
		Command: instance.Send, Paths: []string{"/a b/中文", "/not\xffutf8", "/new\nline \"q\""},
		To: "http://h/files/", Headers: []string{"Authorization: Bearer x"},
	}
	var got instance.Request
	path, _ := listen(t, func(_ context.Context, request instance.Request, reply func(any) error) error {
		got = request
		return errors.Join(reply(1), reply("two"), reply([]int{3}))
	})
	var values []string
	err := instance.Call(t.Context(), path, want, func(value json.RawMessage) error {
		values = append(values, string(value))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"1", `"two"`, "[3]"}, values); diff != "" {
		t.Errorf("response (-want +got):\n%s", diff)
	}
}

func TestHandlerErrorReachesTheClient(t *testing.T) {
	path, _ := listen(t, func(context.Context, instance.Request, func(any) error) error { return errors.New("disk full") })
	err := instance.Call(t.Context(), path, instance.Request{Command: instance.Resume}, ignoreValue)
	var requestErr *instance.RequestError
	if !errors.As(err, &requestErr) || requestErr.Message != "disk full" {
		t.Errorf("got %v, want the handler's error", err)
	}
}

func TestUsageErrorReachesTheClient(t *testing.T) {
	want := &instance.RequestError{Message: "no such server", Usage: true}
	path, _ := listen(t, func(context.Context, instance.Request, func(any) error) error { return want })
	err := instance.Call(t.Context(), path, instance.Request{Command: instance.Resume}, ignoreValue)
	var requestErr *instance.RequestError
	if !errors.As(err, &requestErr) || *requestErr != *want {
		t.Errorf("got %#v, want %#v", err, want)
	}
}

func TestUnknownCommandIsRejected(t *testing.T) {
	path, _ := listen(t, noReply)
	err := instance.Call(t.Context(), path, instance.Request{Command: "format"}, ignoreValue)
	if requestErr := (*instance.RequestError)(nil); !errors.As(err, &requestErr) {
		t.Errorf("got %v, want a RequestError", err)
	}
}

func TestDisconnectingClientCancelsOnlyItsRequest(t *testing.T) {
	cancelled := make(chan struct{})
	path, server := listen(t, func(ctx context.Context, request instance.Request, reply func(any) error) error {
		if request.Command == instance.List {
			return nil
		}
		_ = reply("started")
		<-ctx.Done()
		close(cancelled)
		return ctx.Err()
	})
	handleErr := errors.New("handle failed")
	err := instance.Call(t.Context(), path, instance.Request{Command: instance.Resume}, func(json.RawMessage) error { return handleErr })
	if !errors.Is(err, handleErr) {
		t.Errorf("got %v, want handle's error", err)
	}
	<-cancelled
	if err := instance.Call(t.Context(), path, instance.Request{Command: instance.List}, ignoreValue); err != nil {
		t.Errorf("next call: %v", err)
	}
	server.Drain(t.Context())
}

func TestCallReturnsWhenItsContextEnds(t *testing.T) {
	path, _ := listen(t, func(ctx context.Context, _ instance.Request, reply func(any) error) error {
		_ = reply("started")
		<-ctx.Done()
		return nil
	})
	ctx, cancel := context.WithCancel(t.Context())
	err := instance.Call(ctx, path, instance.Request{Command: instance.Resume}, func(json.RawMessage) error {
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
}

func TestCallReportsAClosedServer(t *testing.T) {
	path, server := listen(t, func(ctx context.Context, _ instance.Request, reply func(any) error) error {
		_ = reply("started")
		<-ctx.Done()
		return nil
	})
	closed := make(chan error, 1)
	err := instance.Call(t.Context(), path, instance.Request{Command: instance.Resume}, func(json.RawMessage) error {
		go func() { closed <- server.Close() }()
		return nil
	})
	if !errors.Is(err, instance.ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if err := instance.Call(t.Context(), path, instance.Request{Command: instance.List}, ignoreValue); !errors.Is(err, instance.ErrNotListening) {
		t.Errorf("got %v, want ErrNotListening", err)
	}
}

func TestDrainWaitsForActiveRequests(t *testing.T) {
	started, finish := make(chan struct{}), make(chan struct{})
	path, server := listen(t, func(context.Context, instance.Request, func(any) error) error {
		close(started)
		<-finish
		return nil
	})
	result := make(chan error, 1)
	go func() {
		result <- instance.Call(t.Context(), path, instance.Request{Command: instance.Resume}, ignoreValue)
	}()
	<-started
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	server.Drain(cancelled) // returns immediately
	close(finish)
	server.Drain(t.Context())
	if err := <-result; err != nil {
		t.Error(err)
	}
}

func TestStaleInstanceFile(t *testing.T) {
	for name, text := range map[string]string{
		"unused port":            `{"address":"127.0.0.1:1","token":"x"}`,
		"not a loopback address": `{"address":"192.0.2.1:80","token":"x"}`,
		"missing address":        `{"token":"x"}`,
		"truncated":              `{"addr`,
		"empty file":             ``,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "instance.json")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := instance.Call(t.Context(), path, instance.Request{Command: instance.List}, ignoreValue); !errors.Is(err, instance.ErrNotListening) {
				t.Errorf("got %v, want ErrNotListening", err)
			}
		})
	}
}

// readInstanceFile returns the content of an instance file.
func readInstanceFile(t *testing.T, path string) (address, token string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var f struct{ Address, Token string }
	if err := json.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	return f.Address, f.Token
}

func TestInstanceFileIsPrivateAndRemoved(t *testing.T) {
	path, server := listen(t, noReply)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode().Perm())
	}
	if _, token := readInstanceFile(t, path); len(token) < 20 {
		t.Errorf("token %q is too short", token)
	}
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); len(left) != 0 {
		t.Errorf("files after Close: %v", left)
	}
}

func TestConnectionWithoutTokenIsClosed(t *testing.T) {
	path, _ := listen(t, func(context.Context, instance.Request, func(any) error) error {
		t.Error("handler called without a valid token")
		return nil
	})
	address, token := readInstanceFile(t, path)
	const list = `{"command":"list"}` + "\n"
	for name, text := range map[string]string{
		"missing token":       list,
		"empty token":         "\n" + list,
		"wrong token":         strings.Repeat("A", len(token)) + "\n" + list,
		"truncated token":     token[:len(token)-1] + "\n" + list,
		"token with a suffix": token + "A\n" + list,
		"overlong line":       strings.Repeat("A", 1<<16),
		"HTTP":                "GET / HTTP/1.1\r\nHost: " + address + "\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			_, _ = conn.Write([]byte(text)) // fails if the server has closed the connection already
			if response, _ := io.ReadAll(bufio.NewReader(conn)); len(response) != 0 {
				t.Errorf("response %q, want none", response)
			}
		})
	}
}
