package servers

import (
	"context"
	"net/url"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// defaultPath is the path of most tus servers.
const defaultPath = "/files/"

// tryDefaultPath tests a server. If its address has no path and is not that of a tus server,
// it tests defaultPath as well. The server that it returns has the endpoint of the result.
func tryDefaultPath(ctx context.Context, access Access, server uploader.Server, secrets *connect.Secrets) (uploader.ServerTest, uploader.Server, error) {
	result, err := access.Test(ctx, server, secrets)
	other, ok := atDefaultPath(server)
	if !ok || !isNotTus(result, err) {
		return result, server, err
	}
	if otherResult, err := access.Test(ctx, other, secrets); err == nil && !isNotTus(otherResult, nil) {
		return otherResult, other, nil
	}
	return result, server, err
}

// atDefaultPath returns the server with defaultPath, and whether that may be tested. It is
// not if the address has a path or is the URL of an upload.
func atDefaultPath(server uploader.Server) (uploader.Server, bool) {
	u, err := url.Parse(server.Endpoint)
	if err != nil || u.Path != "" && u.Path != "/" || server.Options.GivenURL {
		return server, false
	}
	u.Path = defaultPath
	server.Endpoint = u.String()
	return server, true
}

// isNotTus reports whether a result shows no tus server.
func isNotTus(result uploader.ServerTest, err error) bool {
	if err == nil {
		return result.Outcome() == uploader.TestNotTus || result.Outcome() == uploader.TestRefused
	}
	return fault.Of(err).Kind == fault.NotTus
}
