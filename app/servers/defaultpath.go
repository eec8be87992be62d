package servers

import (
	"context"
	"net/http"
	"net/url"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// defaultPath is the path of most tus servers.
const defaultPath = "/files/"

// tryDefaultPath tries a server. If its address has no path and there is no tus server,
// defaultPath is tried as well. The server returned has the endpoint that answered.
func tryDefaultPath(ctx context.Context, access Access, server uploader.Server, secrets *connect.Secrets) (connect.TestResult, uploader.Server, error) {
	answer, err := access.Test(ctx, server, secrets)
	other, alone := atDefaultPath(server)
	if !alone || !notTus(answer, err) {
		return answer, server, err
	}
	if found, e := access.Test(ctx, other, secrets); e == nil && found.Capabilities.Known {
		return found, other, nil
	}
	return answer, server, err
}

// atDefaultPath is the server at defaultPath, and whether that may be tried: not if the
// address has a path, or is the URL of an upload.
func atDefaultPath(server uploader.Server) (uploader.Server, bool) {
	u, err := url.Parse(server.Endpoint)
	if err != nil || u.Path != "" && u.Path != "/" || server.Options.GivenURL {
		return server, false
	}
	u.Path = defaultPath
	server.Endpoint = u.String()
	return server, true
}

// notTus reports whether the answer is not that of a tus server.
func notTus(answer connect.TestResult, err error) bool {
	if err == nil {
		return !answer.Capabilities.Known
	}
	f := fault.Of(err)
	return f.Kind == fault.NotTus || f.Status == http.StatusNotFound
}
