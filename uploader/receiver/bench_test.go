package receiver_test

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

func BenchmarkSmallFiles(b *testing.B) {
	endpoint := start(b, b.TempDir()).Endpoint()
	c := newClient(b)
	data := bytes.Repeat([]byte("ferry "), 10<<10/6)
	var n atomic.Int64
	b.ReportAllocs()
	var group sync.WaitGroup
	work := make(chan struct{})
	for range 16 {
		group.Go(func() {
			for range work {
				name := strconv.FormatInt(n.Add(1), 10) + ".txt"
				if _, err := c.send(endpoint, map[string]string{"filename": name, "relativePath": "batch/" + name}, data); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for b.Loop() {
		work <- struct{}{}
	}
	close(work)
	group.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "files/s")
}

// zeros is a reader that returns zero bytes without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func BenchmarkLargeFile(b *testing.B) {
	const size = 1 << 30
	endpoint := start(b, b.TempDir()).Endpoint()
	c := newClient(b)
	b.SetBytes(size)
	for b.Loop() {
		url := c.create(endpoint, size, map[string]string{"filename": "large"})
		request, err := http.NewRequestWithContext(b.Context(), http.MethodPatch, url, io.LimitReader(zeros{}, size))
		if err != nil {
			b.Fatal(err)
		}
		request.ContentLength = size
		request.Header.Set("Tus-Resumable", "1.0.0")
		for key, value := range chunk(0) {
			request.Header.Set(key, value)
		}
		response, err := c.http.Do(request)
		if err != nil {
			b.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusNoContent {
			b.Fatal(response.Status)
		}
	}
}
