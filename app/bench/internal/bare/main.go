// Command bare is a tus client that only sends: it saves nothing, checks nothing and
// resumes nothing. It is what Ferry is compared with in package bench.
//
//	bare ENDPOINT FILES-AT-ONCE FILE|FOLDER...
//
// A file of at most 1 MiB is sent in the request that creates its upload, a larger one in
// a second request.
package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
)

// oneRequest is the maximum size of a file that is sent in one request.
const oneRequest = 1 << 20

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bare:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 3 {
		return errors.New("usage: bare ENDPOINT FILES-AT-ONCE FILE|FOLDER")
	}
	atOnce, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	paths, err := files(args[2:])
	if err != nil {
		return err
	}
	c := client{args[0], &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: atOnce}}}
	return c.uploadAll(paths, atOnce)
}

// files returns the regular files among roots and in them.
func files(roots []string) (paths []string, err error) {
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error { //nolint:gosec // its arguments name what it uploads
			if err == nil && entry.Type().IsRegular() {
				paths = append(paths, path)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return paths, nil
}

type client struct {
	endpoint string
	http     *http.Client
}

// uploadAll returns the first error of each of the goroutines that upload.
func (c client) uploadAll(paths []string, atOnce int) error {
	queue := make(chan string, len(paths))
	for _, path := range paths {
		queue <- path
	}
	close(queue)
	failures := make([]error, atOnce)
	var workers sync.WaitGroup
	for i := range failures {
		workers.Go(func() {
			for path := range queue {
				if failures[i] = c.upload(path); failures[i] != nil {
					return
				}
			}
		})
	}
	workers.Wait()
	return errors.Join(failures...)
}

func (c client) upload(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	size := info.Size()
	create := http.Header{"Upload-Length": {strconv.FormatInt(size, 10)}}
	if size <= oneRequest {
		_, err = c.send(http.MethodPost, c.endpoint, create, file, size)
		return err
	}
	url, err := c.send(http.MethodPost, c.endpoint, create, nil, 0)
	if err != nil {
		return err
	}
	_, err = c.send(http.MethodPatch, url, http.Header{"Upload-Offset": {"0"}}, file, size)
	return err
}

// send sends a request, with the bytes of the file if there is one, and returns the
// Location of the response.
func (c client) send(method, url string, header http.Header, file *os.File, size int64) (string, error) {
	var body io.Reader
	if file != nil && size > 0 {
		body = struct{ io.Reader }{file} // so that the file is not closed with the request
		header.Set("Content-Type", "application/offset+octet-stream")
	}
	request, err := http.NewRequest(method, url, body) //nolint:noctx // the program is killed if it takes too long
	if err != nil {
		return "", err
	}
	header.Set("Tus-Resumable", "1.0.0")
	request.Header, request.ContentLength = header, size
	response, err := c.http.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return "", err
	}
	if response.StatusCode/100 != 2 {
		return "", fmt.Errorf("%s %s: %s", method, url, response.Status)
	}
	return response.Header.Get("Location"), nil
}
