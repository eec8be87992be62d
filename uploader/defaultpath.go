package uploader

import (
	"net/url"

	"github.com/ferryapp/ferry/uploader/fault"
)

// DefaultPath is the path of most tus servers.
const DefaultPath = "/files/"

// FindEndpoint tests a server with test. If its address has no path and is not that of a tus
// server, it tests DefaultPath as well. The server that it returns has the endpoint of the
// result.
func FindEndpoint(server Server, test func(Server) (ServerTest, error)) (ServerTest, Server, error) {
	result, err := test(server)
	other, ok := server.AtDefaultPath()
	if !ok || !isNotTus(result, err) {
		return result, server, err
	}
	if otherResult, err := test(other); err == nil && !isNotTus(otherResult, nil) {
		return otherResult, other, nil
	}
	return result, server, err
}

// AtDefaultPath returns the server with DefaultPath, and whether it may be there. It is not if
// the address has a path or is the URL of an upload.
func (s Server) AtDefaultPath() (Server, bool) {
	u, err := url.Parse(s.Endpoint)
	if err != nil || u.Path != "" && u.Path != "/" || s.Options.GivenURL {
		return s, false
	}
	u.Path = DefaultPath
	s.Endpoint = u.String()
	return s, true
}

// isNotTus reports whether a result shows no tus server.
func isNotTus(result ServerTest, err error) bool {
	if err == nil {
		return result.Outcome() == TestNotTus || result.Outcome() == TestRefused
	}
	return fault.Of(err).Kind == fault.NotTus
}
