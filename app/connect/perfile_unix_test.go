//go:build unix

package connect

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// program creates a shell script in a new folder.
func program(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sign")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPerFileProgram(t *testing.T) {
	const file = "/data/a b; rm -rf $HOME `id` \"x\".mov"
	server := uploader.Server{Endpoint: "https://video.example/tus"}
	for name, test := range map[string]struct {
		script string
		want   string // the header field Path
		kind   fault.Kind
		detail string
	}{
		"prints":                {`printf 'Path: %s\n' "$1"; echo note >&2`, file, 0, ""},
		"fails":                 {"echo first >&2; echo 'no such video' >&2; exit 3", "", fault.Refused, "SIGN ended with exit status 3: no such video"},
		"fails silently":        {"exit 1", "", fault.Refused, "SIGN ended with exit status 1: no message"},
		"may succeed later":     {"echo 'try again' >&2; exit 75", "", fault.Transient, "SIGN: try again"},
		"prints nothing":        {"true", "", fault.Refused, "output of SIGN: no header field, metadata or URL"},
		"prints too much":       {"head -c 70000 /dev/zero", "", fault.Refused, "output of SIGN has more than 65536 bytes"},
		"prints what is not it": {"echo secret", "", fault.Refused, "output of SIGN: line 1: neither a header field nor metadata nor a URL"},
	} {
		t.Run(name, func(t *testing.T) {
			c, path := New(Config{}), program(t, test.script)
			c.SetPerFile(server.Endpoint, path)
			issued, err := c.PerFile(server)(t.Context(), file)
			f := fault.Of(err)
			switch {
			case test.detail == "":
				if err != nil || issued.Header.Get("Path") != test.want {
					t.Errorf("got %v, %v", issued.Header, err)
				}
			case f == nil || f.Kind != test.kind || f.Detail != strings.ReplaceAll(test.detail, "SIGN", path):
				t.Errorf("error %v", err)
			case f.Kind == fault.Refused && f.Code != fault.CodePerFileFailed:
				t.Errorf("code %q", f.Code)
			}
		})
	}
}

func TestPerFileProgramIsStopped(t *testing.T) {
	c := New(Config{})
	c.SetPerFile("https://video.example/tus", program(t, "echo begun >\"$1\"; exec sleep 1000"))
	ctx, cancel := context.WithCancel(t.Context())
	begun := filepath.Join(t.TempDir(), "begun")
	ended := make(chan error, 1)
	go func() {
		_, err := c.PerFile(uploader.Server{Endpoint: "https://video.example/tus"})(ctx, begun)
		ended <- err
	}()
	for {
		if _, err := os.Stat(begun); err == nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestServerWithoutPerFileProgram(t *testing.T) {
	c := New(Config{})
	c.SetPerFile("https://video.example/tus", "sign")
	if c.PerFile(uploader.Server{Endpoint: "https://other.example/tus"}) != nil {
		t.Error("program of another server is used")
	}
}
