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
)

func TestUpload(t *testing.T) {
	t.Run("puts a file under its own name, folder and time", func(t *testing.T) {
		dir := t.TempDir()
		r := start(t, dir)
		u := newUploader(t)
		when := time.UnixMilli(981_173_106_789)
		url := u.create(r.Endpoint(), 10, map[string]string{
			"filename": "x.jpg", "relativePath": "Iceland/day 1/x.jpg", "mtime": strconv.FormatInt(when.UnixMilli(), 10),
		})
		u.want(http.StatusNoContent, u.patch(url, 0, "first"))
		wantReceived(t, dir, map[string]string{})
		u.want(http.StatusNoContent, u.patch(url, 5, " half"))
		wantReceived(t, dir, map[string]string{"Iceland/day 1/x.jpg": "first half"})
		info, err := os.Stat(filepath.Join(dir, "Iceland", "day 1", "x.jpg"))
		if err != nil || !info.ModTime().Equal(when) {
			t.Errorf("modified %v, want %v, %v", info.ModTime(), when, err)
		}
	})
	t.Run("takes an empty file, with and without a body", func(t *testing.T) {
		dir := t.TempDir()
		r := start(t, dir)
		u := newUploader(t)
		u.create(r.Endpoint(), 0, map[string]string{"filename": "a"})
		if _, err := u.send(r.Endpoint(), map[string]string{"filename": "b", "mtime": "never"}, nil); err != nil {
			t.Fatal(err)
		}
		wantReceived(t, dir, map[string]string{"a": "", "b": ""})
	})
	t.Run("takes a file of a length that is known only at its end", func(t *testing.T) {
		dir := t.TempDir()
		r := start(t, dir)
		u := newUploader(t)
		header := map[string]string{"Upload-Defer-Length": "1", "Upload-Metadata": encode(map[string]string{"filename": "a"})}
		url := u.want(http.StatusCreated, u.do(http.MethodPost, r.Endpoint(), header, nil)).header.Get("Location")
		u.want(http.StatusNoContent, u.patch(url, 0, "abc"))
		last := chunk(3)
		last["Upload-Length"] = "6"
		u.want(http.StatusNoContent, u.do(http.MethodPatch, url, last, strings.NewReader("def")))
		wantReceived(t, dir, map[string]string{"a": "abcdef"})
	})
	t.Run("joins parts, and shows only the whole", func(t *testing.T) {
		dir := t.TempDir()
		r := start(t, dir)
		u := newUploader(t)
		var parts []string
		for _, text := range []string{"one ", "two ", "three"} {
			header := map[string]string{"Upload-Length": strconv.Itoa(len(text)), "Upload-Concat": "partial"}
			part := u.want(http.StatusCreated, u.do(http.MethodPost, r.Endpoint(), header, nil)).header.Get("Location")
			u.want(http.StatusNoContent, u.patch(part, 0, text))
			if got := u.head(part); got.offset() != int64(len(text)) {
				t.Errorf("offset %d of a part", got.offset())
			}
			parts = append(parts, part)
		}
		wantReceived(t, dir, map[string]string{})
		header := map[string]string{
			"Upload-Concat":   "final;" + strings.Join(parts, " "),
			"Upload-Metadata": encode(map[string]string{"filename": "a"}),
		}
		whole := u.want(http.StatusCreated, u.do(http.MethodPost, r.Endpoint(), header, nil)).header.Get("Location")
		wantReceived(t, dir, map[string]string{"a": "one two three"})
		if got := u.head(whole); got.offset() != 13 {
			t.Errorf("offset %d of the whole", got.offset())
		}
		for _, part := range parts {
			u.want(http.StatusNoContent, u.do(http.MethodDelete, part, nil, nil))
		}
	})
	t.Run("keeps what two megabytes are", func(t *testing.T) {
		dir := t.TempDir()
		r := start(t, dir)
		data := bytes.Repeat([]byte("0123456789abcde\n"), 35<<20/16)
		if _, err := newUploader(t).send(r.Endpoint(), map[string]string{"filename": "a"}, data); err != nil {
			t.Fatal(err)
		}
		wantReceived(t, dir, map[string]string{"a": string(data)})
	})
}

func TestNamesCannotHarm(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "in", "here")
	r := start(t, dir)
	u := newUploader(t)
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
		if _, err := u.send(r.Endpoint(), map[string]string{"filename": test.filename, "relativePath": test.relativePath}, []byte(content)); err != nil {
			t.Errorf("%q: %v", test.filename, err)
		}
		want["in/here/"+test.want] = content
	}
	wantReceived(t, filepath.Dir(filepath.Dir(dir)), want)
}

func TestNothingIsOverwritten(t *testing.T) {
	t.Run("by fifty files of one name at once", func(t *testing.T) {
		dir := t.TempDir()
		r := start(t, dir)
		u := newUploader(t)
		const files = 50
		var group sync.WaitGroup
		for i := range files {
			group.Go(func() {
				metadata := map[string]string{"filename": "same.txt", "relativePath": "folder/same.txt"}
				if _, err := u.send(r.Endpoint(), metadata, []byte(strconv.Itoa(i))); err != nil {
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
				t.Errorf("number %d is missing", n)
			}
		}
	})
	t.Run("not a file, a link or a folder that was there before", func(t *testing.T) {
		dir := t.TempDir()
		for _, err := range []error{
			os.WriteFile(filepath.Join(dir, "file"), []byte("old"), 0o600),
			os.Mkdir(filepath.Join(dir, "folder"), 0o700),
			os.Symlink("nowhere", filepath.Join(dir, "link")),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		r := start(t, dir)
		u := newUploader(t)
		for _, at := range []string{"file", "folder", "link", "file/below", "link/below"} {
			if _, err := u.send(r.Endpoint(), map[string]string{"relativePath": at}, []byte(at)); err != nil {
				t.Errorf("%s: %v", at, err)
			}
		}
		wantReceived(t, dir, map[string]string{
			"file": "old", "file (2)": "file", "folder (2)": "folder", "link (2)": "link",
			"file (3)/below": "file/below", "link (3)/below": "link/below",
		})
	})
	t.Run("nor anything outside, through a link to it", func(t *testing.T) {
		dir, outside := t.TempDir(), t.TempDir()
		if err := os.Symlink(outside, filepath.Join(dir, "out")); err != nil {
			t.Fatal(err)
		}
		r := start(t, dir)
		if _, err := newUploader(t).send(r.Endpoint(), map[string]string{"relativePath": "out/x"}, []byte("x")); err != nil {
			t.Fatal(err)
		}
		wantReceived(t, outside, map[string]string{})
		wantReceived(t, dir, map[string]string{"out (2)/x": "x"})
	})
}

func TestPlacedUpload(t *testing.T) {
	dir := t.TempDir()
	u := newUploader(t)
	r := open(t, receiver.Config{Dir: dir})
	stop := serve(t, r)
	metadata := map[string]string{"filename": "a"}
	url := u.create(r.Endpoint(), 3, metadata)
	u.want(http.StatusNoContent, u.patch(url, 0, "abc"))

	check := func(t *testing.T) {
		t.Helper()
		got := u.want(http.StatusOK, u.head(url))
		if got.offset() != 3 || got.header.Get("Upload-Length") != "3" || got.header.Get("Upload-Metadata") != encode(metadata) {
			t.Errorf("got %v", got.header)
		}
		if got := u.want(http.StatusNoContent, u.patch(url, 3, "")); got.offset() != 3 {
			t.Errorf("offset %d", got.offset())
		}
		u.want(http.StatusConflict, u.patch(url, 0, "xyz"))
		wantReceived(t, dir, map[string]string{"a": "abc"})
	}
	t.Run("is known to be complete, and takes no more", check)
	stop()
	serve(t, open(t, receiver.Config{Dir: dir}))
	t.Run("is known by the next run, too", check)
	t.Run("leaves its file when it is terminated", func(t *testing.T) {
		u.want(http.StatusNoContent, u.do(http.MethodDelete, url, nil, nil))
		u.want(http.StatusNotFound, u.head(url))
		wantReceived(t, dir, map[string]string{"a": "abc"})
	})
}

func TestTerminatedUploadLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	u := newUploader(t)
	url := u.create(start(t, dir).Endpoint(), 3, nil)
	u.patch(url, 0, "a")
	u.want(http.StatusNoContent, u.do(http.MethodDelete, url, nil, nil))
	u.want(http.StatusNotFound, u.head(url))
	if left := waiting(t, dir); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestStoppingKeepsWhatArrived(t *testing.T) {
	dir := t.TempDir()
	u := newUploader(t)
	r := open(t, receiver.Config{Dir: dir})
	stop := serve(t, r)
	url := u.create(r.Endpoint(), 6, map[string]string{"filename": "a"})
	patch := beginPatch(t, u, dir, url, "abc")
	stop()
	patch.abandon()

	serve(t, open(t, receiver.Config{Dir: dir}))
	if got := u.want(http.StatusOK, u.head(url)); got.offset() != 3 {
		t.Fatalf("offset %d, want 3", got.offset())
	}
	u.want(http.StatusNoContent, u.patch(url, 3, "def"))
	wantReceived(t, dir, map[string]string{"a": "abcdef"})
}

func TestMovedFolderContinues(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "before")
	u := newUploader(t)
	r := open(t, receiver.Config{Dir: dir})
	stop := serve(t, r)
	url := u.create(r.Endpoint(), 6, map[string]string{"filename": "a"})
	u.patch(url, 0, "abc")
	stop()
	moved := filepath.Join(filepath.Dir(dir), "after")
	if err := os.Rename(dir, moved); err != nil {
		t.Fatal(err)
	}
	serve(t, open(t, receiver.Config{Dir: moved}))
	u.want(http.StatusNoContent, u.patch(url, 3, "def"))
	wantReceived(t, moved, map[string]string{"a": "abcdef"})
}

func TestSecondRequestTakesOver(t *testing.T) {
	dir := t.TempDir()
	r := start(t, dir)
	u := newUploader(t)
	url := u.create(r.Endpoint(), 6, map[string]string{"filename": "a"})
	first := beginPatch(t, u, dir, url, "abc")
	if got := u.want(http.StatusOK, u.head(url)); got.offset() != 3 {
		t.Errorf("offset %d", got.offset())
	}
	first.abandon()
	u.want(http.StatusNoContent, u.patch(url, 3, "def"))
	wantReceived(t, dir, map[string]string{"a": "abcdef"})
}

// hangingPatch is a PATCH that sends no more than its first bytes.
type hangingPatch struct {
	body  *io.PipeWriter
	ended chan struct{}
}

// beginPatch returns when the first bytes of the upload are on the disk.
func beginPatch(t *testing.T, u *uploader, dir, url, first string) *hangingPatch {
	t.Helper()
	read, write := io.Pipe()
	patch := &hangingPatch{body: write, ended: make(chan struct{})}
	go func() {
		defer close(patch.ended)
		// How the request ends, with a status or a cut, is not what counts.
		_, _ = u.try(http.MethodPatch, url, chunk(0), read)
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
		case <-patch.ended:
			t.Fatal("the request ended by itself")
		case <-time.After(time.Millisecond):
		}
	}
}

// abandon ends the client's side of it.
func (p *hangingPatch) abandon() {
	_ = p.body.CloseWithError(io.ErrUnexpectedEOF)
	<-p.ended
}
