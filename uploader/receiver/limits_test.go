package receiver_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/receiver"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// The limits of the receiver.
const (
	maxHeader          = 64 << 10 // bytes
	headerSlop         = 16 << 10 // bytes; net/http reads somewhat more than the limit
	maxConnectionsFrom = 256
	maxMetadata        = 16 << 10 // bytes
)

func hostOf(t *testing.T, r *receiver.Receiver) *url.URL {
	t.Helper()
	at, err := url.Parse(r.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func dial(t *testing.T, host string) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	_ = connection.SetDeadline(time.Now().Add(time.Minute))
	return connection
}

// TestUnfinishedHeaders opens connections without the secret that send long header fields
// and no end, and checks the memory they use, how many stay open, and that others are served
// once they end.
func TestUnfinishedHeaders(t *testing.T) {
	for name, headerSize := range map[string]int{"longer than the limit": 1 << 20, "shorter than the limit": 60 << 10} {
		t.Run(name, func(t *testing.T) { testUnfinishedHeaders(t, headerSize) })
	}
}

func testUnfinishedHeaders(t *testing.T, headerSize int) {
	const connections, maxMemory = 400, 128 << 20
	dir := t.TempDir()
	r := start(t, dir)
	at := hostOf(t, r)
	before := heapInUse()
	line := []byte("X: " + strings.Repeat("x", 1021) + "\r\n")
	var all []net.Conn
	for range connections {
		connection := dial(t, at.Host)
		all = append(all, connection)
		_, err := io.WriteString(connection, "POST / HTTP/1.1\r\nHost: a\r\n")
		for sent := 0; sent < headerSize && err == nil; sent += len(line) { // an error: the receiver closed it
			_, err = connection.Write(line)
		}
	}
	if used := heapInUse() - before; used > maxMemory {
		t.Errorf("%d connections use %d bytes, want at most %d", connections, used, maxMemory)
	}
	for _, connection := range all {
		_ = connection.Close()
	}
	wantServed(t, r, dir)
}

// wantServed checks that an upload arrives once connections are free again.
func wantServed(t *testing.T, r *receiver.Receiver, dir string) {
	t.Helper()
	c := newClient(t)
	for deadline := time.Now().Add(5 * time.Minute); ; {
		_, err := c.send(r.Endpoint(), map[string]string{"filename": "a"}, []byte("abc"))
		if err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	wantReceived(t, dir, map[string]string{"a": "abc"})
}

// heapInUse returns the bytes of the heap in use, after a garbage collection.
func heapInUse() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapInuse)
}

func TestConnectionsOfOneAddress(t *testing.T) {
	dir := t.TempDir()
	r := start(t, dir)
	at := hostOf(t, r)
	var all []net.Conn
	for range maxConnectionsFrom + 1 {
		connection := dial(t, at.Host)
		all = append(all, connection)
		if _, err := io.WriteString(connection, "OPTIONS "+at.Path+" HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil && len(all) <= maxConnectionsFrom {
			t.Fatal(err)
		}
	}
	status := func(connection net.Conn) string {
		text := make([]byte, 12)
		_, err := io.ReadFull(connection, text)
		if err != nil {
			return "closed"
		}
		return string(text)
	}
	for i, connection := range all[:maxConnectionsFrom] {
		if got := status(connection); got != "HTTP/1.1 200" {
			t.Fatalf("connection %d: %s", i, got)
		}
	}
	if got := status(all[maxConnectionsFrom]); got != "closed" {
		t.Errorf("connection over the limit: %s", got)
	}
	_ = all[0].Close()
	wantServed(t, r, dir)
}

func TestHeaderSize(t *testing.T) {
	r := start(t, t.TempDir())
	c := newClient(t)
	for _, test := range []struct {
		name  string
		bytes int
		want  int
	}{
		{"at the limit", maxHeader - 1024, http.StatusCreated},
		{"over the limit", maxHeader + headerSlop + 1, http.StatusRequestHeaderFieldsTooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			header := map[string]string{"Upload-Length": "1", "X-Long": strings.Repeat("x", test.bytes)}
			if got := c.do(http.MethodPost, r.Endpoint(), header, nil); got.status != test.want {
				t.Errorf("status %d, want %d", got.status, test.want)
			}
		})
	}
}

func TestF5MetadataSize(t *testing.T) {
	dir := t.TempDir()
	r, c := start(t, dir), newClient(t)
	for name, test := range map[string]struct {
		value string
		want  int
	}{
		"at the limit":   {"filename " + strings.Repeat("A", maxMetadata-len("filename ")), http.StatusCreated},
		"over the limit": {"filename " + strings.Repeat("A", maxMetadata-len("filename ")+1), http.StatusRequestHeaderFieldsTooLarge},
	} {
		for _, override := range []string{"", "POST"} {
			header := map[string]string{"Upload-Length": "1", "Upload-Metadata": test.value}
			if override != "" {
				header["X-HTTP-Method-Override"] = override
			}
			if got := c.do(http.MethodPost, r.Endpoint(), header, nil); got.status != test.want {
				t.Errorf("%s, override %q: status %d, want %d", name, override, got.status, test.want)
			}
		}
	}
}

// TestF5RepeatedParts checks that a part cannot be copied several times by naming it so.
func TestF5RepeatedParts(t *testing.T) {
	dir := t.TempDir()
	r, c := start(t, dir), newClient(t)
	var parts []string
	for _, text := range []string{"one", "two"} {
		header := map[string]string{"Upload-Length": "3", "Upload-Concat": "partial"}
		part := c.want(http.StatusCreated, c.do(http.MethodPost, r.Endpoint(), header, nil)).header.Get("Location")
		c.want(http.StatusNoContent, c.patch(part, 0, text))
		parts = append(parts, part)
	}
	at := hostOf(t, r)
	for name, test := range map[string]struct {
		parts []string
		want  int
	}{
		"same URL twice":     {[]string{parts[0], parts[1], parts[0]}, http.StatusBadRequest},
		"same part by paths": {[]string{parts[0], at.Path + filepath.Base(parts[0])}, http.StatusBadRequest},
		"with a slash":       {[]string{parts[0], parts[0] + "/"}, http.StatusBadRequest},
		"different parts":    {parts, http.StatusCreated},
	} {
		header := map[string]string{"Upload-Concat": "final;" + strings.Join(test.parts, " "), "Upload-Metadata": encode(map[string]string{"filename": name})}
		if got := c.do(http.MethodPost, r.Endpoint(), header, nil); got.status != test.want {
			t.Errorf("%s: status %d, want %d: %s", name, got.status, test.want, got.body)
		}
	}
	wantReceived(t, dir, map[string]string{"different parts": "onetwo"})
}

func TestF5MaxSize(t *testing.T) {
	dir := t.TempDir()
	r := open(t, receiver.Config{Dir: dir, MaxSize: 4})
	serve(t, r)
	c := newClient(t)
	if got := c.do(http.MethodOptions, r.Endpoint(), nil, nil).header.Get("Tus-Max-Size"); got != "4" {
		t.Errorf("Tus-Max-Size %q", got)
	}
	c.want(http.StatusRequestEntityTooLarge, c.do(http.MethodPost, r.Endpoint(), map[string]string{"Upload-Length": "5"}, nil))
	if _, err := c.send(r.Endpoint(), map[string]string{"filename": "a"}, []byte("abcd")); err != nil {
		t.Error(err)
	}
	deferred := c.want(http.StatusCreated, c.do(http.MethodPost, r.Endpoint(), map[string]string{"Upload-Defer-Length": "1"}, nil)).header.Get("Location")
	c.patch(deferred, 0, "abcdefgh")
	if got := c.head(deferred).offset(); got > 4 {
		t.Errorf("%d bytes of a file of unknown size were stored", got)
	}
	wantReceived(t, dir, map[string]string{"a": "abcd"})
}

// TestF5MaxTotal checks that no byte more than the limit is stored, whatever the uploads claim,
// and that terminating an upload makes room.
func TestF5MaxTotal(t *testing.T) {
	const limit = 100
	dir := t.TempDir()
	r := open(t, receiver.Config{Dir: dir, MaxTotal: limit})
	stop := serve(t, r)
	c := newClient(t)
	if _, err := c.send(r.Endpoint(), map[string]string{"filename": "a"}, bytes.Repeat([]byte("a"), 40)); err != nil {
		t.Fatal(err)
	}
	c.want(http.StatusInsufficientStorage, c.do(http.MethodPost, r.Endpoint(), map[string]string{"Upload-Length": "61"}, nil))
	var unfinished []string
	for range 3 { // each fits alone
		unfinished = append(unfinished, c.create(r.Endpoint(), 50, map[string]string{"filename": "b"}))
	}
	deferred := c.want(http.StatusCreated, c.do(http.MethodPost, r.Endpoint(), map[string]string{"Upload-Defer-Length": "1"}, nil)).header.Get("Location")
	c.want(http.StatusNoContent, c.patch(unfinished[0], 0, strings.Repeat("b", 30)))
	c.want(http.StatusNoContent, c.patch(unfinished[1], 0, strings.Repeat("b", 20)))
	for _, upload := range []string{unfinished[2], deferred} {
		got := c.want(http.StatusInsufficientStorage, c.patch(upload, 0, strings.Repeat("c", 30)))
		if !strings.Contains(got.body, "ERR_TOTAL_SIZE") {
			t.Errorf("body %q", got.body)
		}
	}
	if got := storedBytes(t, dir); got != limit {
		t.Errorf("%d bytes are stored, want %d", got, limit)
	}
	c.want(http.StatusNoContent, c.do(http.MethodDelete, unfinished[1], nil, nil))
	c.want(http.StatusNoContent, c.patch(unfinished[0], 30, strings.Repeat("b", 20)))
	if got := storedBytes(t, dir); got != limit {
		t.Errorf("%d bytes are stored, want %d", got, limit)
	}

	// Unfinished uploads count in the next run, and finished ones do not.
	stop()
	c.http.CloseIdleConnections()
	r = open(t, receiver.Config{Dir: dir, MaxTotal: limit})
	serve(t, r)
	left := limit - int(c.head(unfinished[2]).offset()) - max(0, int(c.head(deferred).offset()))
	for size, want := range map[int]int{left: http.StatusCreated, left + 1: http.StatusInsufficientStorage} {
		if got := c.do(http.MethodPost, r.Endpoint(), map[string]string{"Upload-Length": strconv.Itoa(size)}, nil); got.status != want {
			t.Errorf("%d bytes: status %d, want %d", size, got.status, want)
		}
	}
}

// TestMaxTotalOfConcatenation checks that the copy of the parts counts.
func TestMaxTotalOfConcatenation(t *testing.T) {
	dir := t.TempDir()
	r := open(t, receiver.Config{Dir: dir, MaxTotal: 10})
	serve(t, r)
	c := newClient(t)
	var parts []string
	for range 2 {
		part := c.want(http.StatusCreated, c.do(http.MethodPost, r.Endpoint(), map[string]string{"Upload-Length": "3", "Upload-Concat": "partial"}, nil)).header.Get("Location")
		c.want(http.StatusNoContent, c.patch(part, 0, "abc"))
		parts = append(parts, part)
	}
	c.want(http.StatusInsufficientStorage, c.do(http.MethodPost, r.Endpoint(), map[string]string{"Upload-Concat": "final;" + strings.Join(parts, " ")}, nil))
	if got := storedBytes(t, dir); got != 6 {
		t.Errorf("%d bytes are stored, want 6", got)
	}
	c.want(http.StatusCreated, c.do(http.MethodPost, r.Endpoint(), map[string]string{"Upload-Concat": "final;" + parts[0]}, nil))
}

// storedBytes returns the size of all files in dir that uploads consist of.
func storedBytes(t *testing.T, dir string) int64 {
	t.Helper()
	var total int64
	for _, content := range received(t, dir) {
		total += int64(len(content))
	}
	for _, name := range privateFiles(t, dir) {
		if filepath.Ext(name) != "" {
			continue
		}
		info, err := os.Stat(filepath.Join(dir, ".ferry", "uploads", name))
		if err != nil {
			t.Fatal(err)
		}
		total += info.Size()
	}
	return total
}

// TestLongPaths checks that an upload with a path that no system opens is received under one
// that it does, also when every folder of it is there as a file already.
func TestLongPaths(t *testing.T) {
	for name, test := range map[string]struct{ element, want string }{
		"short elements": {"d", strings.Repeat("d/", 64)},
		"long elements":  {strings.Repeat("e", 200), strings.Repeat(strings.Repeat("e", 200)+"/", 5)},
	} {
		t.Run(name, func(t *testing.T) {
			if uploadtest.UnderWine() {
				t.Skip("Wine stores files in those of Unix, whose paths have 4,095 bytes at most")
			}
			dir := t.TempDir()
			r, c := start(t, dir), newClient(t)
			relativePath := strings.Repeat(test.element+"/", 10_000/(len(test.element)+1)) + "a.txt"
			for _, content := range []string{"one", "two"} {
				if _, err := c.send(r.Endpoint(), map[string]string{"filename": "a.txt", "relativePath": relativePath}, []byte(content)); err != nil {
					t.Fatal(err)
				}
			}
			got := received(t, dir)
			for path, content := range got {
				if !strings.HasPrefix(path, test.want) || len(dir)+1+len(path) > 4095 {
					t.Errorf("%d bytes: %s: %s", len(path), path, content)
				}
			}
			if len(got) != 2 {
				t.Errorf("%d files", len(got))
			}
		})
	}
	t.Run("folder with a long path", func(t *testing.T) {
		dir := t.TempDir()
		long := 3900
		if runtime.GOOS == "windows" {
			long = 31_900
		}
		for len(dir) < long {
			dir = filepath.Join(dir, strings.Repeat("f", 200))
		}
		if r, err := receiver.Open(receiver.Config{Dir: dir}); !errors.Is(err, receiver.ErrPathTooLong) {
			t.Errorf("open: %v", err)
			if err == nil {
				_ = r.Close()
			}
		}
	})
}

// TestDotFiles checks that no name that programs read in a home folder can be placed there.
func TestDotFiles(t *testing.T) {
	for _, test := range []struct {
		name     string
		keepDots bool
		want     map[string]string
	}{
		{"by default", false, map[string]string{"_.profile": "1", "_.ssh/authorized_keys": "2", "_.config/autostart/x.desktop": "3", "a/_.b/c": "4"}},
		{"kept", true, map[string]string{".profile": "1", ".ssh/authorized_keys": "2", ".config/autostart/x.desktop": "3", "a/.b/c": "4"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			r := open(t, receiver.Config{Dir: dir, KeepDots: test.keepDots})
			serve(t, r)
			c := newClient(t)
			for content, path := range map[string]string{"1": ".profile", "2": ".ssh/authorized_keys", "3": ".config/autostart/x.desktop", "4": "a/.b/c"} {
				if _, err := c.send(r.Endpoint(), map[string]string{"filename": filepath.Base(path), "relativePath": path}, []byte(content)); err != nil {
					t.Fatal(err)
				}
			}
			wantReceived(t, dir, test.want)
		})
	}
}

// TestExpiry checks that unfinished uploads are removed after a time without a new byte,
// and only those.
func TestExpiry(t *testing.T) {
	dir := t.TempDir()
	r := open(t, receiver.Config{Dir: dir})
	stop := serve(t, r)
	c := newClient(t)
	old, fresh := c.create(r.Endpoint(), 3, nil), c.create(r.Endpoint(), 3, nil)
	finished, err := c.send(r.Endpoint(), map[string]string{"filename": "a"}, []byte("abc"))
	if err != nil {
		t.Fatal(err)
	}
	stop()
	c.http.CloseIdleConnections()
	uploads := filepath.Join(dir, ".ferry", "uploads")
	past := time.Now().Add(-49 * time.Hour)
	for _, url := range []string{old, finished} {
		for _, suffix := range []string{"", ".info", ".done"} {
			if err := os.Chtimes(filepath.Join(uploads, filepath.Base(url)+suffix), past, past); err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
		}
	}
	serve(t, open(t, receiver.Config{Dir: dir, Expiry: 48 * time.Hour}))
	for c.head(old).status == http.StatusOK { // the receiver removes it soon after its start
		time.Sleep(time.Millisecond)
	}
	for url, want := range map[string]int{old: http.StatusNotFound, fresh: http.StatusOK, finished: http.StatusOK} {
		if got := c.head(url); got.status != want {
			t.Errorf("%s: status %d, want %d", url, got.status, want)
		}
	}
	wantReceived(t, dir, map[string]string{"a": "abc"})
	if left := privateFiles(t, dir); len(left) != 3 {
		t.Errorf("private files: %v", left)
	}
}
