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
	if rest, below := strings.CutPrefix(url, c.From); below && c.From != "" {
		return c.To + rest
	}
	return url
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
