package instance

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const testToken = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// instanceFileText returns the content of an instance file.
func instanceFileText(network, address string) string {
	return fmt.Sprintf(`{"network":%q,"address":%q,"token":%q}`, network, base64.StdEncoding.EncodeToString([]byte(address)), testToken)
}

func TestParseInstanceFile(t *testing.T) {
	socket, err := filepath.Abs("instance.sock")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, text string
		want       endpoint // zero for an error
	}{
		{"socket", instanceFileText("unix", socket), endpoint{networkUnix, socket}},
		{"socket of any bytes", instanceFileText("unix", socket+"\xff"), endpoint{networkUnix, socket + "\xff"}},
		{"relative socket", instanceFileText("unix", "instance.sock"), endpoint{}},
		{"abstract socket", instanceFileText("unix", "@ferry"), endpoint{}},
		{"socket with a zero byte", instanceFileText("unix", socket+"\x00"), endpoint{}},
		{"pipe", instanceFileText("pipe", `\\.\pipe\ferry-x`), endpoint{networkPipe, `\\.\pipe\ferry-x`}},
		{"pipe of another computer", instanceFileText("pipe", `\\host\pipe\ferry-x`), endpoint{}},
		{"pipe in a folder", instanceFileText("pipe", `\\.\pipe\..\x`), endpoint{}},
		{"pipe without a name", instanceFileText("pipe", `\\.\pipe\`), endpoint{}},
		{"port", instanceFileText("tcp", "127.0.0.1:80"), endpoint{networkTCP, "127.0.0.1:80"}},
		{"port of IPv6", instanceFileText("tcp", "[::1]:80"), endpoint{networkTCP, "[::1]:80"}},
		{"port of another computer", instanceFileText("tcp", "192.0.2.1:80"), endpoint{}},
		{"port with a host name", instanceFileText("tcp", "localhost:80"), endpoint{}},
		{"unknown network", instanceFileText("udp", "127.0.0.1:80"), endpoint{}},
		{"version 0.1.0", `{"address":"127.0.0.1:80","token":"` + testToken + `"}`, endpoint{}},
		{"short token", strings.Replace(instanceFileText("tcp", "127.0.0.1:80"), testToken, "short", 1), endpoint{}},
		{"no token", `{"network":"tcp","address":"MTI3LjAuMC4xOjgw"}`, endpoint{}},
		{"truncated", `{"net`, endpoint{}},
		{"empty", "", endpoint{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := parseInstanceFile([]byte(test.text))
			if (err != nil) != (test.want == endpoint{}) || err == nil && got.endpoint != test.want {
				t.Errorf("got %+v, %v, want %+v", got.endpoint, err, test.want)
			}
		})
	}
}

func FuzzParseInstanceFile(f *testing.F) {
	for _, seed := range []string{
		instanceFileText("unix", "/profile/instance.sock"), instanceFileText("pipe", `\\.\pipe\ferry`), instanceFileText("tcp", "127.0.0.1:80"),
		`{"address":"127.0.0.1:80","token":"x"}`, `{"network":1}`, `[]`, `null`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := parseInstanceFile(text)
		if err != nil {
			return
		}
		if err := got.endpoint.validate(); err != nil || len(got.token) < minToken {
			t.Errorf("accepted %+v: %v", got, err)
		}
		path := filepath.Join(t.TempDir(), "instance.json")
		if err := got.write(path); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Size() > maxInstanceFile {
			return // only written by Ferry itself with short addresses
		}
		if again, err := readInstanceFile(path); err != nil || again != got {
			t.Errorf("after a round trip %+v (%v), want %+v", again, err, got)
		}
	})
}

// TestUnusableInstanceFile checks that a file that leads nowhere counts as no instance.
func TestUnusableInstanceFile(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"unused port":      instanceFileText("tcp", unusedAddress(t)),
		"missing socket":   instanceFileText("unix", filepath.Join(dir, "instance.sock")),
		"missing pipe":     instanceFileText("pipe", `\\.\pipe\ferry-missing`),
		"another computer": instanceFileText("tcp", "192.0.2.1:80"),
		"truncated":        `{"addr`,
		"too large":        instanceFileText("tcp", unusedAddress(t)) + strings.Repeat(" ", maxInstanceFile),
		"empty":            "",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "instance.json")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := callList(t.Context(), path); !errors.Is(err, ErrNotListening) {
				t.Errorf("got %v, want ErrNotListening", err)
			}
		})
	}
}

// unusedAddress returns a loopback port at which nothing listens.
func unusedAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return listener.Addr().String()
}

// callList calls the instance with a request without arguments.
func callList(ctx context.Context, path string) error {
	return Call(ctx, path, Request{Command: List}, func(json.RawMessage) error { return nil })
}
