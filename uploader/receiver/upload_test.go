package receiver_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/receiver"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestUpload(t *testing.T) {
	t.Run("file with name, folder and time", func(t *testing.T) {
		dir := t.TempDir()
		r := start(t, dir)
		c := newClient(t)
		when := time.UnixMilli(981_173_106_789)
		url := c.create(r.Endpoint(), 10, map[string]string{
			"filename": "x.jpg", "relativePath": "Iceland/day 1/x.jpg", "mtime": strconv.FormatInt(when.UnixMilli(), 10),
		})
		c.want(http.StatusNoContent, c.patch(url, 0, "first"))
		wantReceived(t, dir, map[string]string{})
		c.want(http.StatusNoContent, c.patch(url, 5, " half"))
		wantReceived(t, dir, map[string]string{"Iceland/day 1/x.jpg": "first half"})
		info, err := os.Stat(filepath.Join(dir, "Iceland", "day 1", "x.jpg"))
		if err != nil || !info.ModTime().Equal(when) {
			t.Errorf("modified %v, want %v, %v", info.ModTime(), when, err)
		}
	})
	t.Run("time in seconds, milliseconds, and both", func(t *testing.T) {
		dir := t.TempDir()
		r := start(t, dir)
		c := newClient(t)
		for name, test := range map[string]struct {
			metadata map[string]string
			want     time.Time
		}{
			"seconds":           {map[string]string{"mtime": "981173106"}, time.Unix(981_173_106, 0)},
			"milliseconds":      {map[string]string{"mtime": "981173106789"}, time.UnixMilli(981_173_106_789)},
			"both":              {map[string]string{"mtime": "981173106", "mtimeMs": "981173106789"}, time.UnixMilli(981_173_106_789)},
			"before 1970":       {map[string]string{"mtime": "-86400"}, time.Unix(-86_400, 0)},
			"later":             {map[string]string{"mtime": "1893456000"}, time.Unix(1_893_456_000, 0)},
			"first millisecond": {map[string]string{"mtime": "100000000000"}, time.UnixMilli(100_000_000_000)},
		} {
			test.metadata["filename"] = name
			c.create(r.Endpoint(), 0, test.metadata)
			info, err := os.Stat(filepath.Join(dir, name))
			if err != nil || !info.ModTime().Equal(test.want) {
				t.Errorf("%s: modified %v, want %v, %v", name, info, test.want, err)
			}
		}
	})
	t.Run("empty file, with and without a body", func(t *testing.T) {
		dir := t.TempDir()
		r := start(t, dir)
		c := newClient(t)
		c.create(r.Endpoint(), 0, map[string]string{"filename": "a"})
		if _, err := c.send(r.Endpoint(), map[string]string{"filename": "b", "mtime": "never"}, nil); err != nil {
			t.Fatal(err)
		}
		wantReceived(t, dir, map[string]string{"a": "", "b": ""})
	})
	t.Run("deferred length", func(t *testing.T) {
		dir := t.TempDir()
		r := start(t, dir)
		c := newClient(t)
		header := map[string]string{"Upload-Defer-Length": "1", "Upload-Metadata": encode(map[string]string{"filename": "a"})}
		url := c.want(http.StatusCreated, c.do(http.MethodPost, r.Endpoint(), header, nil)).header.Get("Location")
		c.want(http.StatusNoContent, c.patch(url, 0, "abc"))
		last := chunk(3)
		last["Upload-Length"] = "6"
		c.want(http.StatusNoContent, c.do(http.MethodPatch, url, last, strings.NewReader("def")))
		wantReceived(t, dir, map[string]string{"a": "abcdef"})
	})
	t.Run("concatenation", func(t *testing.T) {
		dir := t.TempDir()
		r := start(t, dir)
		c := newClient(t)
		var parts []string
		for _, text := range []string{"one ", "two ", "three"} {
			header := map[string]string{"Upload-Length": strconv.Itoa(len(text)), "Upload-Concat": "partial"}
			part := c.want(http.StatusCreated, c.do(http.MethodPost, r.Endpoint(), header, nil)).header.Get("Location")
			c.want(http.StatusNoContent, c.patch(part, 0, text))
			if got := c.head(part); got.offset() != int64(len(text)) {
				t.Errorf("offset %d of a part", got.offset())
			}
			parts = append(parts, part)
		}
		wantReceived(t, dir, map[string]string{})
		header := map[string]string{
			"Upload-Concat":   "final;" + strings.Join(parts, " "),
			"Upload-Metadata": encode(map[string]string{"filename": "a"}),
		}
		final := c.want(http.StatusCreated, c.do(http.MethodPost, r.Endpoint(), header, nil)).header.Get("Location")
		wantReceived(t, dir, map[string]string{"a": "one two three"})
		if got := c.head(final); got.offset() != 13 {
			t.Errorf("offset %d of the final upload, want 13", got.offset())
		}
		for _, part := range parts {
			c.want(http.StatusNoContent, c.do(http.MethodDelete, part, nil, nil))
		}
	})
	t.Run("large file in one request", func(t *testing.T) {
		dir := t.TempDir()
		r := start(t, dir)
		data := bytes.Repeat([]byte("0123456789abcde\n"), 35<<20/16)
		if _, err := newClient(t).send(r.Endpoint(), map[string]string{"filename": "a"}, data); err != nil {
			t.Fatal(err)
		}
		wantReceived(t, dir, map[string]string{"a": string(data)})
	})
}

func TestUnsafeNames(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "in", "here")
	r := start(t, dir)
	c := newClient(t)
	want := make(map[string]string)
	for i, test := range []struct{ filename, relativePath, want string }{
		{"two words.txt", "", "two words.txt"},
		{`"quoted" it's.txt`, "", "_quoted_ it's.txt"},
		{"📷.jpg", "相片/📷.jpg", "相片/📷.jpg"},
		{"new\nline", "", "new_line"},
		{"../../etc/passwd", "", "passwd"},
		{"/abs", "/abs", "abs"},
		{`C:\x`, "", "C__x"},
		{"CON", "", "_CON"},
		{"b", "a/../../b", "a/b"},
		{strings.Repeat("x", 1000) + ".txt", "", strings.Repeat("x", 226) + ".txt"},
		{"", "", "unnamed"},
		{"x", ".ferry/x", "_.ferry/x"},
		{"not\xfftext", "", "not_text"},
	} {
		content := fmt.Sprint("content ", i)
		if _, err := c.send(r.Endpoint(), map[string]string{"filename": test.filename, "relativePath": test.relativePath}, []byte(content)); err != nil {
			t.Errorf("%q: %v", test.filename, err)
		}
		want["in/here/"+test.want] = content
	}
	wantReceived(t, filepath.Dir(filepath.Dir(dir)), want)
}

func TestNoFileIsOverwritten(t *testing.T) {
	t.Run("concurrent uploads with one name", func(t *testing.T) {
		dir := t.TempDir()
		r := start(t, dir)
		c := newClient(t)
		const files = 50
		var group sync.WaitGroup
		for i := range files {
			group.Go(func() {
				metadata := map[string]string{"filename": "same.txt", "relativePath": "folder/same.txt"}
				if _, err := c.send(r.Endpoint(), metadata, []byte(strconv.Itoa(i))); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		seen := make(map[string]bool)
		got := received(t, dir)
		for _, content := range got {
			seen[content] = true
		}
		if len(got) != files || len(seen) != files {
			t.Errorf("%d files, %d of them different", len(got), len(seen))
		}
		for n := 2; n <= files; n++ {
			if _, ok := got[fmt.Sprintf("folder/same (%d).txt", n)]; !ok {
				t.Errorf("no file with number %d", n)
			}
		}
	})
	t.Run("existing file, link and folder", func(t *testing.T) {
		dir := t.TempDir()
		for _, err := range []error{
			os.WriteFile(filepath.Join(dir, "file"), []byte("old"), 0o600),
			os.Mkdir(filepath.Join(dir, "folder"), 0o700),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		sent := []string{"file", "folder", "file/below"}
		want := map[string]string{"file": "old", "file (2)": "file", "folder (2)": "folder", "file (3)/below": "file/below"}
		if err := uploadtest.Symlink("nowhere", filepath.Join(dir, "link")); err != nil {
			t.Log("no links: ", err)
		} else {
			sent = append(sent, "link", "link/below")
			want["link (2)"], want["link (3)/below"] = "link", "link/below"
		}
		r := start(t, dir)
		c := newClient(t)
		for _, at := range sent {
			if _, err := c.send(r.Endpoint(), map[string]string{"relativePath": at}, []byte(at)); err != nil {
				t.Errorf("%s: %v", at, err)
			}
		}
		wantReceived(t, dir, want)
	})
	t.Run("link to a folder outside", func(t *testing.T) {
		dir, outside := t.TempDir(), t.TempDir()
		uploadtest.NeedSymlink(t, outside, filepath.Join(dir, "out"))
		r := start(t, dir)
		if _, err := newClient(t).send(r.Endpoint(), map[string]string{"relativePath": "out/x"}, []byte("x")); err != nil {
			t.Fatal(err)
		}
		wantReceived(t, outside, map[string]string{})
		wantReceived(t, dir, map[string]string{"out (2)/x": "x"})
	})
}

func TestFinishedUpload(t *testing.T) {
	dir := t.TempDir()
	c := newClient(t)
	r := open(t, receiver.Config{Dir: dir})
	stop := serve(t, r)
	metadata := map[string]string{"filename": "a"}
	url := c.create(r.Endpoint(), 3, metadata)
	c.want(http.StatusNoContent, c.patch(url, 0, "abc"))

	check := func(t *testing.T) {
		t.Helper()
		got := c.want(http.StatusOK, c.head(url))
		if got.offset() != 3 || got.header.Get("Upload-Length") != "3" || got.header.Get("Upload-Metadata") != encode(metadata) {
			t.Errorf("header %v", got.header)
		}
		if got := c.want(http.StatusNoContent, c.patch(url, 3, "")); got.offset() != 3 {
			t.Errorf("offset %d", got.offset())
		}
		c.want(http.StatusConflict, c.patch(url, 0, "xyz"))
		wantReceived(t, dir, map[string]string{"a": "abc"})
	}
	t.Run("is complete and accepts no bytes", check)
	stop()
	serve(t, open(t, receiver.Config{Dir: dir}))
	t.Run("is complete in the next run", check)
	t.Run("keeps its file when terminated", func(t *testing.T) {
		c.want(http.StatusNoContent, c.do(http.MethodDelete, url, nil, nil))
		c.want(http.StatusNotFound, c.head(url))
		wantReceived(t, dir, map[string]string{"a": "abc"})
	})
}

func TestTerminateUnfinishedUpload(t *testing.T) {
	dir := t.TempDir()
	c := newClient(t)
	url := c.create(start(t, dir).Endpoint(), 3, nil)
	c.patch(url, 0, "a")
	c.want(http.StatusNoContent, c.do(http.MethodDelete, url, nil, nil))
	c.want(http.StatusNotFound, c.head(url))
	if left := privateFiles(t, dir); len(left) != 0 {
		t.Errorf("private files: %v", left)
	}
}

func TestShutdownKeepsReceivedBytes(t *testing.T) {
	dir := t.TempDir()
	c := newClient(t)
	r := open(t, receiver.Config{Dir: dir})
	stop := serve(t, r)
	url := c.create(r.Endpoint(), 6, map[string]string{"filename": "a"})
	patch := startPatch(t, c, dir, url, "abc")
	stop()
	patch.abandon()

	serve(t, open(t, receiver.Config{Dir: dir}))
	if got := c.want(http.StatusOK, c.head(url)); got.offset() != 3 {
		t.Fatalf("offset %d, want 3", got.offset())
	}
	c.want(http.StatusNoContent, c.patch(url, 3, "def"))
	wantReceived(t, dir, map[string]string{"a": "abcdef"})
}

func TestResumeInMovedFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "before")
	c := newClient(t)
	r := open(t, receiver.Config{Dir: dir})
	stop := serve(t, r)
	url := c.create(r.Endpoint(), 6, map[string]string{"filename": "a"})
	c.patch(url, 0, "abc")
	stop()
	c.http.CloseIdleConnections() // the next receiver has the same port
	moved := filepath.Join(filepath.Dir(dir), "after")
	if err := os.Rename(dir, moved); err != nil {
		t.Fatal(err)
	}
	serve(t, open(t, receiver.Config{Dir: moved}))
	c.want(http.StatusNoContent, c.patch(url, 3, "def"))
	wantReceived(t, moved, map[string]string{"a": "abcdef"})
}

func TestSecondRequestInterruptsFirst(t *testing.T) {
	dir := t.TempDir()
	r := start(t, dir)
	c := newClient(t)
	url := c.create(r.Endpoint(), 6, map[string]string{"filename": "a"})
	first := startPatch(t, c, dir, url, "abc")
	if got := c.want(http.StatusOK, c.head(url)); got.offset() != 3 {
		t.Errorf("offset %d", got.offset())
	}
	first.abandon()
	c.want(http.StatusNoContent, c.patch(url, 3, "def"))
	wantReceived(t, dir, map[string]string{"a": "abcdef"})
}

// stalledPatch is a PATCH request that sent its first bytes and stalls.
type stalledPatch struct {
	body *io.PipeWriter
	done chan struct{}
	got  response // once done, if there was one
}

// startPatch starts a PATCH request and returns when its first bytes are in the file.
func startPatch(t *testing.T, c *client, dir, url, first string) *stalledPatch {
	t.Helper()
	read, write := io.Pipe()
	patch := &stalledPatch{body: write, done: make(chan struct{})}
	go func() {
		defer close(patch.done)
		// The request may end with a response or an error.
		patch.got, _ = c.try(http.MethodPatch, url, chunk(0), read)
	}()
	if _, err := io.WriteString(write, first); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, ".ferry", "uploads", filepath.Base(url))
	for {
		if info, err := os.Stat(data); err == nil && info.Size() == int64(len(first)) {
			return patch
		}
		select {
		case <-patch.done:
			t.Fatal("request ended early")
		case <-time.After(time.Millisecond):
		}
	}
}

// abandon aborts the request.
func (p *stalledPatch) abandon() {
	_ = p.body.CloseWithError(io.ErrUnexpectedEOF)
	<-p.done
}
