package worker

import (
	"strings"

	"github.com/ferryapp/ferry/uploader/lifecycle"
)

// EndpointChange is a change of a server's endpoint while a worker sends to it.
type EndpointChange struct{ From, To string }

// URL returns the URL below the new endpoint of an upload that is below the old one.
// Other URLs stay as they are.
func (c EndpointChange) URL(url string) string {
	rest, below := strings.CutPrefix(url, c.From)
	if !below || c.From == "" || rest != "" && !strings.HasSuffix(c.From, "/") && !strings.ContainsAny(rest[:1], "/?") {
		return url // such as …/files-archive/1, which is not below …/files
	}
	return c.To + rest
}

// Input returns an input that a worker reported, with the URLs below the new
// endpoint.
func (c EndpointChange) Input(in lifecycle.Input) lifecycle.Input {
	switch reported := in.(type) {
	case lifecycle.UploadCreated:
		reported.Session.URL = c.URL(reported.Session.URL)
		return reported
	case lifecycle.PartChanged:
		reported.Part.URL = c.URL(reported.Part.URL)
		return reported
	default:
		return in
	}
}
