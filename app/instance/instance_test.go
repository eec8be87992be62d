package instance_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/app/instance"
)

// go-winio, which implements the pipes of Windows, has one goroutine that never ends.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/Microsoft/go-winio.ioCompletionProcessor"))
}

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
	unaccepted, err := instance.OccupyUnaccepted(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unaccepted.Close() })
	return path, server
}

func ignoreValue(json.RawMessage) error { return nil }

func noReply(context.Context, instance.Request, func(any) error) error { return nil }

func TestLockIsExclusive(t *testing.T) {
	dir := t.TempDir()
	path, file := filepath.Join(dir, "ferry.lock"), filepath.Join(dir, "instance.json")
	first, err := instance.Acquire(path, file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := instance.Acquire(path, file); !errors.Is(err, instance.ErrLocked) {
		t.Errorf("second Acquire: %v, want ErrLocked", err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Errorf("instance file of the holder: %v", err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	second, err := instance.Acquire(path, file)
	if err != nil {
		t.Fatalf("Acquire after Release: %v", err)
	}
	if err := second.Release(); err != nil {
		t.Error(err)
	}
}

func TestAcquireRemovesTheInstanceFileOfAKilledInstance(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "instance.json")
	if err := os.WriteFile(file, []byte(`{"address":"127.0.0.1:1","token":"x"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	lock, err := instance.Acquire(filepath.Join(dir, "ferry.lock"), file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Release() }()
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("instance file: %v, want none", err)
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

func TestInstanceFileIsPrivateAndRemoved(t *testing.T) {
	path, server := listen(t, noReply)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode().Perm())
	}
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); len(left) != 0 {
		t.Errorf("files after Close: %v", left)
	}
}
