package worker_test

import (
	"testing"

	"github.com/ferryapp/ferry/uploader/worker"
)

func TestEndpointChange(t *testing.T) {
	for _, c := range []struct {
		name, from, to, url, want string
	}{
		{"upload below the address", "http://old/files/", "https://new/up/", "http://old/files/1", "https://new/up/1"},
		{"address without a slash", "http://old/files", "http://new/files", "http://old/files/1", "http://new/files/1"},
		{"the address itself", "http://old/files", "http://new/files", "http://old/files", "http://new/files"},
		{"query", "http://old/files", "http://new/files", "http://old/files?id=1", "http://new/files?id=1"},
		{"longer name", "http://old/files", "http://new/files", "http://old/files-archive/1", "http://old/files-archive/1"},
		{"longer host", "http://old", "http://new", "http://old.example.com/1", "http://old.example.com/1"},
		{"longer port", "http://old:80", "http://new:80", "http://old:8080/1", "http://old:8080/1"},
		{"another server", "http://old/files/", "http://new/files/", "http://cdn/files/1", "http://cdn/files/1"},
		{"no address before", "", "http://new/files/", "http://old/files/1", "http://old/files/1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := (worker.EndpointChange{From: c.from, To: c.to}).URL(c.url); got != c.want {
				t.Errorf("%s moved from %q to %q is %s, want %s", c.url, c.from, c.to, got, c.want)
			}
		})
	}
}
