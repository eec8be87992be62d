package receiver_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/receiver"
)

// named returns metadata with the name of a file and of its transfer.
func named(filename, transfer string) map[string]string {
	return map[string]string{"filename": filename, "ferryTransfer": transfer}
}

func TestF2RepeatedCreation(t *testing.T) {
	t.Run("finished upload", func(t *testing.T) {
		dir := t.TempDir()
		c := newClient(t)
		r := open(t, receiver.Config{Dir: dir})
		stop := serve(t, r)
		first, err := c.send(r.Endpoint(), named("a", "1"), []byte("abc"))
		if err != nil {
			t.Fatal(err)
		}
		check := func(endpoint string) {
			t.Helper()
			for range 2 {
				if again, err := c.send(endpoint, named("a", "1"), []byte("abc")); err != nil || again != first {
					t.Errorf("URL %s, want %s, %v", again, first, err)
				}
			}
			if got := c.want(http.StatusOK, c.head(first)); got.offset() != 3 {
				t.Errorf("offset %d, want 3", got.offset())
			}
			wantReceived(t, dir, map[string]string{"a": "abc"})
		}
		check(r.Endpoint())
		stop()
		c.http.CloseIdleConnections()
		r = start(t, dir)
		check(r.Endpoint())
		if _, err := c.send(r.Endpoint(), named("a", "2"), []byte("abc")); err != nil {
			t.Fatal(err)
		}
		wantReceived(t, dir, map[string]string{"a": "abc", "a (2)": "abc"})
	})
	t.Run("empty file", func(t *testing.T) {
		dir := t.TempDir()
		c, r := newClient(t), start(t, dir)
		if first, again := c.create(r.Endpoint(), 0, named("a", "1")), c.create(r.Endpoint(), 0, named("a", "1")); first != again {
			t.Errorf("%s, then %s", first, again)
		}
		wantReceived(t, dir, map[string]string{"a": ""})
	})
	t.Run("large file whose URL was lost", func(t *testing.T) {
		dir := t.TempDir()
		c, r := newClient(t), start(t, dir)
		c.patch(c.create(r.Endpoint(), 3, named("a", "1")), 0, "abc")
		again := c.create(r.Endpoint(), 3, named("a", "1"))
		c.want(http.StatusConflict, c.patch(again, 0, "abc"))
		if got := c.head(again); got.offset() != 3 {
			t.Errorf("offset %d, want 3", got.offset())
		}
		wantReceived(t, dir, map[string]string{"a": "abc"})
	})
	t.Run("unfinished upload is replaced", func(t *testing.T) {
		dir := t.TempDir()
		c, r := newClient(t), start(t, dir)
		first := c.create(r.Endpoint(), 3, named("a", "1"))
		c.want(http.StatusNoContent, c.patch(first, 0, "xy"))
		again := c.create(r.Endpoint(), 3, named("a", "1"))
		c.want(http.StatusNotFound, c.head(first))
		c.want(http.StatusNoContent, c.patch(again, 0, "abc"))
		wantReceived(t, dir, map[string]string{"a": "abc"})
		if left := privateFiles(t, dir); len(left) != 1 {
			t.Errorf("private files: %v", left)
		}
	})
	t.Run("file of another size", func(t *testing.T) {
		dir := t.TempDir()
		c, r := newClient(t), start(t, dir)
		for _, content := range []string{"abc", "abcd"} {
			if _, err := c.send(r.Endpoint(), named("a", "1"), []byte(content)); err != nil {
				t.Fatal(err)
			}
		}
		wantReceived(t, dir, map[string]string{"a": "abc", "a (2)": "abcd"})
	})
	t.Run("terminated upload", func(t *testing.T) {
		dir := t.TempDir()
		c, r := newClient(t), start(t, dir)
		for range 2 {
			url, err := c.send(r.Endpoint(), named("a", "1"), []byte("abc"))
			if err != nil {
				t.Fatal(err)
			}
			c.want(http.StatusNoContent, c.do(http.MethodDelete, url, nil, nil))
		}
		wantReceived(t, dir, map[string]string{"a": "abc", "a (2)": "abc"})
	})
	t.Run("concatenation", func(t *testing.T) {
		dir := t.TempDir()
		c, r := newClient(t), start(t, dir)
		var parts []string
		for _, text := range []string{"one ", "two"} {
			header := map[string]string{"Upload-Length": strconv.Itoa(len(text)), "Upload-Concat": "partial", "Upload-Metadata": encode(named("a", "1"))}
			part := c.want(http.StatusCreated, c.do(http.MethodPost, r.Endpoint(), header, nil)).header.Get("Location")
			c.want(http.StatusNoContent, c.patch(part, 0, text))
			parts = append(parts, part)
		}
		header := map[string]string{"Upload-Concat": "final;" + strings.Join(parts, " "), "Upload-Metadata": encode(named("a", "1"))}
		var urls []string
		for range 2 {
			urls = append(urls, c.want(http.StatusCreated, c.do(http.MethodPost, r.Endpoint(), header, nil)).header.Get("Location"))
		}
		if urls[0] != urls[1] {
			t.Errorf("URLs %v", urls)
		}
		wantReceived(t, dir, map[string]string{"a": "one two"})
	})
	t.Run("without the name of a transfer", func(t *testing.T) {
		dir := t.TempDir()
		c, r := newClient(t), start(t, dir)
		for range 2 {
			if _, err := c.send(r.Endpoint(), map[string]string{"filename": "a"}, []byte("abc")); err != nil {
				t.Fatal(err)
			}
		}
		wantReceived(t, dir, map[string]string{"a": "abc", "a (2)": "abc"})
	})
}

// TestLostResponses sends files, aborts each request after a random part of it, and sends
// it again.
func TestLostResponses(t *testing.T) {
	dir := t.TempDir()
	c, r := newClient(t), start(t, dir)
	at, err := url.Parse(r.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	const files = 40
	content := bytes.Repeat([]byte("0123456789"), 1000)
	var group sync.WaitGroup
	for i := range files {
		group.Go(func() {
			name := fmt.Sprintf("%02d", i)
			var head bytes.Buffer
			fmt.Fprintf(&head, "POST %s HTTP/1.1\r\nHost: %s\r\nTus-Resumable: 1.0.0\r\nUpload-Length: %d\r\nContent-Length: %[3]d\r\n"+
				"Content-Type: application/offset+octet-stream\r\nUpload-Metadata: %s\r\n\r\n", at.Path, at.Host, len(content), encode(named(name, name)))
			request := append(head.Bytes(), content...)
			for attempt := range 3 {
				sent := len(request)
				if (i+attempt)%4 == 0 {
					sent -= (i + 1) * 100
				}
				connection, err := net.Dial("tcp", at.Host)
				if err != nil {
					t.Error(err)
					return
				}
				_, err = connection.Write(request[:sent])
				time.Sleep(time.Duration(i%5) * time.Millisecond)
				if err := errors.Join(err, connection.Close()); err != nil {
					t.Error(err)
				}
			}
			for {
				_, err := c.send(r.Endpoint(), named(name, name), content)
				if err == nil {
					return
				}
				if !strings.Contains(err.Error(), "ERR_UPLOAD_INTERRUPTED") { // by an aborted request that the receiver read later
					t.Errorf("%s: %v", name, err)
					return
				}
			}
		})
	}
	group.Wait()
	want := make(map[string]string)
	for i := range files {
		want[fmt.Sprintf("%02d", i)] = string(content)
	}
	wantReceived(t, dir, want)
}

func TestRepeatedCreationInterruptsFirst(t *testing.T) {
	dir := t.TempDir()
	c, r := newClient(t), start(t, dir)
	read, write := io.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		header := chunk(0)
		maps.Copy(header, map[string]string{"Upload-Length": "6", "Upload-Metadata": encode(named("a", "1"))})
		_, _ = c.try(http.MethodPost, r.Endpoint(), header, read)
	}()
	if _, err := io.WriteString(write, "abc"); err != nil {
		t.Fatal(err)
	}
	for len(privateFiles(t, dir)) == 0 {
		time.Sleep(time.Millisecond)
	}
	if _, err := c.send(r.Endpoint(), named("a", "1"), []byte("abcdef")); err != nil {
		t.Fatal(err)
	}
	_ = write.Close()
	<-ended
	wantReceived(t, dir, map[string]string{"a": "abcdef"})
	if left := privateFiles(t, dir); len(left) != 1 {
		t.Errorf("private files: %v", left)
	}
}

// TestF3AbortedCreationLeavesNothing aborts a request whose sender does not have the URL.
func TestF3AbortedCreationLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	r := open(t, receiver.Config{Dir: dir})
	stop := serve(t, r)
	at, err := url.Parse(r.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	connection, err := net.Dial("tcp", at.Host)
	if err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprintf(connection, "POST %s HTTP/1.1\r\nHost: %s\r\nTus-Resumable: 1.0.0\r\nUpload-Length: 6\r\nContent-Length: 6\r\n"+
		"Content-Type: application/offset+octet-stream\r\n\r\nabc", at.Path, at.Host)
	if err != nil {
		t.Fatal(err)
	}
	for len(privateFiles(t, dir)) == 0 {
		time.Sleep(time.Millisecond)
	}
	_ = connection.Close()
	stop()
	if left := privateFiles(t, dir); len(left) != 0 {
		t.Errorf("private files: %v", left)
	}
}

// TestRepeatedAfterKill kills the receiver while files are sent, and sends those without a
// response again.
func TestRepeatedAfterKill(t *testing.T) {
	const files, atOnce = 48, 8
	dir := t.TempDir()
	c := newClient(t)
	left := make(chan string, files)
	want := make(map[string]string)
	for i := range files {
		name := fmt.Sprintf("%02d.txt", i)
		left <- name
		want[name] = strings.Repeat(name, 1000)
	}
	for run := 0; len(left) > 0; run++ {
		var endpoint string
		alive, kill := startChild(t, dir, &endpoint)
		c := c.until(alive)
		if run < 8 {
			time.AfterFunc(time.Duration(5+7*run)*time.Millisecond, kill)
		}
		var group sync.WaitGroup
		for range atOnce {
			group.Go(func() {
				for {
					select {
					case name := <-left:
						if _, err := c.send(endpoint, named(name, name), []byte(want[name])); err != nil {
							left <- name
							return
						}
					default:
						return
					}
				}
			})
		}
		group.Wait()
		kill()
		c.http.CloseIdleConnections()
		if run > 100 {
			t.Fatal("files are not accepted")
		}
	}
	wantReceived(t, dir, want)
	start(t, dir)
	wantReceived(t, dir, want)
}
