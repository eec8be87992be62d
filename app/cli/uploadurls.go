package cli

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/uploadurls"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// ReadURLs reads the list of --urls, from in if it is "-", for the paths of the arguments.
// It returns as many paths as URLs. It fails with a *[UserError] or a *[UsageError].
func (s *Send) ReadURLs(in io.Reader) (uploadurls.List, error) {
	if s.URLs != Stdin {
		file, err := os.Open(s.URLs)
		if err != nil {
			return uploadurls.List{}, userError("cli.urls.file", words.Data{"File": words.Printable(s.URLs)})
		}
		defer file.Close()
		in = file
	}
	list, err := uploadurls.Parse(in)
	if err != nil {
		return uploadurls.List{}, urlsError(err)
	}
	return listFor(list, s.Paths)
}

// listFor returns a list with the paths of the arguments, if it has none itself.
func listFor(list uploadurls.List, paths []string) (uploadurls.List, error) {
	switch {
	case len(list.Paths) > 0 && len(paths) > 0:
		return uploadurls.List{}, usageError("cli.urls.mixed", nil)
	case len(list.Paths) > 0:
		return list, nil
	case len(paths) != len(list.URLs):
		return uploadurls.List{}, usageError("cli.urls.count", words.Data{"URLs": words.Number(len(list.URLs)), "Files": words.Number(len(paths))})
	}
	list.Paths = paths
	return list, nil
}

// urlsError returns the text for an error of [uploadurls.Parse].
func urlsError(err error) error {
	line, _ := errors.AsType[*uploadurls.LineError](err)
	repeated, _ := errors.AsType[*uploadurls.RepeatedError](err)
	switch {
	case line != nil:
		return usageError("cli.urls.line", words.Data{"N": line.Line})
	case repeated != nil:
		return usageError("cli.urls.twice", words.Data{"URL": words.Address(repeated.URL)})
	case errors.Is(err, uploadurls.ErrMixed):
		return usageError("cli.urls.mixed", nil)
	case errors.Is(err, uploadurls.ErrEmpty):
		return usageError("cli.urls.empty", nil)
	default:
		return userError("cli.urls.long", words.Data{"Most": words.Number(uploadurls.Max)})
	}
}

// sendToURLs uploads each path of a request to the upload URL that was given for it. Each
// URL is a server of its own, which is removed once its file is uploaded.
func (x *Executor) sendToURLs(ctx context.Context, request instance.Request, header http.Header, onAccept func(feed.Filter), reply func(Reply) error) error {
	filter, added := feed.Filter{Batches: map[uploader.BatchID]bool{}}, []uploader.ServerID{}
	options := request.Options
	options.UploadAgain = request.Answers.Again != instance.AnswerNo
	for i, address := range request.URLs {
		server, isNew, err := x.serverForURL(ctx, address, header, request.Server)
		if err != nil {
			return err
		}
		if isNew {
			added = append(added, server)
		}
		batch := uploader.NewBatchID()
		for filter.Batches[batch] { // made in the same microsecond
			batch = uploader.NewBatchID()
		}
		filter.Batches[batch] = true
		if err := x.Engine.Do(ctx, uploader.Add{Batch: batch, Server: server, Paths: request.Paths[i : i+1], Options: options}); err != nil {
			return err
		}
	}
	onAccept(filter)
	if err := x.follow(ctx, filter, request.Answers, reply); err != nil {
		return err
	}
	return x.removeUsedURLs(ctx, added)
}

// serverForURL returns the server that is an upload URL, and whether it is new.
func (x *Executor) serverForURL(ctx context.Context, address string, header http.Header, change instance.ServerChange) (id uploader.ServerID, isNew bool, err error) {
	server, err := uploadurls.Server(address)
	if err != nil {
		return 0, false, err
	}
	server = changed(server, change)
	server.Options.GivenURL = true
	if len(header) > 0 {
		x.Connector.SetHeader(server.Endpoint, header)
	}
	if known, ok := findByEndpoint(x.Engine.Snapshot().Servers, server.Endpoint); ok {
		if !known.Options.GivenURL {
			return 0, false, usageError("cli.server.given-saved", words.Data{"Name": words.Server(known)})
		}
		return known.ID, false, errors.Join(x.useServer(ctx, known, change), x.unblock(ctx, known.ID))
	}
	if err := checkServer(server); err != nil {
		return 0, false, err
	}
	if err := x.Engine.Do(ctx, uploader.SaveServer{Server: server}); err != nil {
		return 0, false, err
	}
	saved, _ := findByEndpoint(x.Engine.Snapshot().Servers, server.Endpoint)
	return saved.ID, true, nil
}

// removeUsedURLs removes the servers that are upload URLs whose file is uploaded: nothing
// else can be uploaded there.
func (x *Executor) removeUsedURLs(ctx context.Context, servers []uploader.ServerID) error {
	open := map[uploader.ServerID]bool{}
	for t := range x.Engine.Snapshot().Transfers.Values() {
		open[t.Server] = open[t.Server] || t.Phase != uploader.PhaseDone
	}
	for _, id := range servers {
		if open[id] {
			continue
		}
		if err := x.Engine.Do(ctx, uploader.RemoveServer{ID: id}); err != nil {
			return err
		}
	}
	return nil
}
