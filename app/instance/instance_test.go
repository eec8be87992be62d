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

// holder listens in a new profile and returns its meeting file.
func holder(t *testing.T, handler instance.Handler) (string, *instance.Server) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "instance.json")
	server, err := instance.Listen(path, handler, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return path, server
}

func ignore(json.RawMessage) error { return nil }

func nothing(context.Context, instance.Request, func(any) error) error { return nil }

func TestOneProgramAtATimeHoldsAProfile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ferry.lock")
	first, err := instance.Acquire(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := instance.Acquire(path); !errors.Is(err, instance.ErrTaken) {
		t.Errorf("the second got %v, want ErrTaken", err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	second, err := instance.Acquire(path)
	if err != nil {
		t.Fatalf("after the first let go: %v", err)
	}
	if err := second.Release(); err != nil {
		t.Error(err)
	}
}

func TestARequestArrivesWholeAndIsAnsweredLineByLine(t *testing.T) {
	want := instance.Request{
		Command: instance.Send, Paths: []string{"/a b/中文", "/not\xffutf8", "/new\nline \"q\""},
		To: "http://h/files/", Headers: []string{"Authorization: Bearer x"},
	}
	var got instance.Request
	path, _ := holder(t, func(_ context.Context, request instance.Request, answer func(any) error) error {
		got = request
		return errors.Join(answer(1), answer("two"), answer([]int{3}))
	})
	var lines []string
	err := instance.Call(t.Context(), path, want, func(line json.RawMessage) error {
		lines = append(lines, string(line))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"1", `"two"`, "[3]"}, lines); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

func TestARefusalIsToldInItsOwnWords(t *testing.T) {
	path, _ := holder(t, func(context.Context, instance.Request, func(any) error) error { return errors.New("not today") })
	err := instance.Call(t.Context(), path, instance.Request{Command: instance.Resume}, ignore)
	var refused *instance.RefusedError
	if !errors.As(err, &refused) || refused.Reason != "not today" {
		t.Errorf("got %v, want the refusal", err)
	}
}

func TestARequestThatMakesNoSenseIsToldApart(t *testing.T) {
	nonsense := &instance.RefusedError{Reason: "no such server", Misuse: true}
	path, _ := holder(t, func(context.Context, instance.Request, func(any) error) error { return nonsense })
	err := instance.Call(t.Context(), path, instance.Request{Command: instance.Resume}, ignore)
	var refused *instance.RefusedError
	if !errors.As(err, &refused) || *refused != *nonsense {
		t.Errorf("got %#v, want %#v", err, nonsense)
	}
}

func TestAnUnknownCommandIsRefused(t *testing.T) {
	path, _ := holder(t, nothing)
	err := instance.Call(t.Context(), path, instance.Request{Command: "format"}, ignore)
	if refused := (*instance.RefusedError)(nil); !errors.As(err, &refused) {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestACallerWhoLeavesEndsItsAnswerOnly(t *testing.T) {
	left := make(chan struct{})
	path, server := holder(t, func(ctx context.Context, request instance.Request, answer func(any) error) error {
		if request.Command == instance.List {
			return nil
		}
		_ = answer("started")
		<-ctx.Done()
		close(left)
		return ctx.Err()
	})
	enough := errors.New("enough")
	err := instance.Call(t.Context(), path, instance.Request{Command: instance.Resume}, func(json.RawMessage) error { return enough })
	if !errors.Is(err, enough) {
		t.Errorf("got %v, want the taker's error", err)
	}
	<-left
	if err := instance.Call(t.Context(), path, instance.Request{Command: instance.List}, ignore); err != nil {
		t.Errorf("the next caller got %v", err)
	}
	server.Drain(t.Context())
}

func TestACallEndsWithItsContext(t *testing.T) {
	path, _ := holder(t, func(ctx context.Context, _ instance.Request, answer func(any) error) error {
		_ = answer("started")
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

func TestAHolderThatEndsIsNoticed(t *testing.T) {
	path, server := holder(t, func(ctx context.Context, _ instance.Request, answer func(any) error) error {
		_ = answer("started")
		<-ctx.Done()
		return nil
	})
	closed := make(chan error, 1)
	err := instance.Call(t.Context(), path, instance.Request{Command: instance.Resume}, func(json.RawMessage) error {
		go func() { closed <- server.Close() }()
		return nil
	})
	if !errors.Is(err, instance.ErrLeft) {
		t.Errorf("got %v, want ErrLeft", err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if err := instance.Call(t.Context(), path, instance.Request{Command: instance.List}, ignore); !errors.Is(err, instance.ErrNobody) {
		t.Errorf("got %v, want ErrNobody", err)
	}
}

func TestDrainingWaitsForThoseBeingAnswered(t *testing.T) {
	started, finish := make(chan struct{}), make(chan struct{})
	path, server := holder(t, func(context.Context, instance.Request, func(any) error) error {
		close(started)
		<-finish
		return nil
	})
	called := make(chan error, 1)
	go func() { called <- instance.Call(t.Context(), path, instance.Request{Command: instance.Resume}, ignore) }()
	<-started
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	server.Drain(impatient) // returns: its context ended
	close(finish)
	server.Drain(t.Context())
	if err := <-called; err != nil {
		t.Error(err)
	}
}

func TestAStaleMeetingFileMeansNobody(t *testing.T) {
	for name, text := range map[string]string{
		"nobody at the address": `{"address":"127.0.0.1:1","token":"x"}`,
		"another computer":      `{"address":"192.0.2.1:80","token":"x"}`,
		"no address":            `{"token":"x"}`,
		"half a file":           `{"addr`,
		"empty":                 ``,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "instance.json")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := instance.Call(t.Context(), path, instance.Request{Command: instance.List}, ignore); !errors.Is(err, instance.ErrNobody) {
				t.Errorf("got %v, want ErrNobody", err)
			}
		})
	}
}

func meetingOf(t *testing.T, path string) (address, token string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var m struct{ Address, Token string }
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	return m.Address, m.Token
}

func TestOnlyTheUserCanReadTheToken(t *testing.T) {
	path, server := holder(t, nothing)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode().Perm())
	}
	if _, token := meetingOf(t, path); len(token) < 20 {
		t.Errorf("the token %q is too short", token)
	}
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); len(left) != 0 {
		t.Errorf("closing left %v", left)
	}
}

func TestWhoeverHasNoTokenIsHungUpOn(t *testing.T) {
	path, _ := holder(t, func(context.Context, instance.Request, func(any) error) error {
		t.Error("a stranger's request was carried out")
		return nil
	})
	address, token := meetingOf(t, path)
	const list = `{"command":"list"}` + "\n"
	for name, text := range map[string]string{
		"no token":           list,
		"an empty token":     "\n" + list,
		"a wrong token":      strings.Repeat("A", len(token)) + "\n" + list,
		"a part of it":       token[:len(token)-1] + "\n" + list,
		"more than it":       token + "A\n" + list,
		"a line without end": strings.Repeat("A", 1<<16),
		"HTTP":               "GET / HTTP/1.1\r\nHost: " + address + "\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			_, _ = conn.Write([]byte(text)) // the other side may have hung up already
			if answer, _ := io.ReadAll(bufio.NewReader(conn)); len(answer) != 0 {
				t.Errorf("was told %q", answer)
			}
		})
	}
}
