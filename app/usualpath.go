package app

import (
	"context"
	"net/http"
	"net/url"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// usualPath is where a tus server mostly lives on its host.
const usualPath = "/files/"

// tryUsual tries a server. Where its address is a host alone, and nothing there
// speaks tus, the usual path on that host is tried once; the server returned has the
// endpoint that answered.
func tryUsual(ctx context.Context, access Access, server uploader.Server, secrets *connect.Secrets) (connect.Answer, uploader.Server, error) {
	answer, err := access.Try(ctx, server, secrets)
	usual, alone := atUsualPath(server)
	if !alone || !speaksNoTus(answer, err) {
		return answer, server, err
	}
	if there, e := access.Try(ctx, usual, secrets); e == nil && there.Capabilities.Known {
		return there, usual, nil
	}
	return answer, server, err
}

// atUsualPath is the server at the usual path of its host, and whether that is
// another place: what has a path is meant as it is, and so is a given upload.
func atUsualPath(server uploader.Server) (uploader.Server, bool) {
	u, err := url.Parse(server.Endpoint)
	if err != nil || u.Path != "" && u.Path != "/" || server.Profile.Given {
		return server, false
	}
	u.Path = usualPath
	server.Endpoint = u.String()
	return server, true
}

// speaksNoTus reports whether what answered showed nothing of a tus server.
func speaksNoTus(answer connect.Answer, err error) bool {
	if err == nil {
		return !answer.Capabilities.Known
	}
	f := fault.Of(err)
	return f.Kind == fault.NotTus || f.Status == http.StatusNotFound
}
