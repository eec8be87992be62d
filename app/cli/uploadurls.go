package cli

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/presets"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// Limits of a list of upload URLs.
const (
	maxUploadURLs    = 10_000
	maxUploadURLLine = 64 << 10 // bytes
)

// UploadURLs are files with the upload URLs that were given for them.
type UploadURLs struct {
	Paths, URLs []string // of the same length
}

// ReadURLs reads the list of --urls, from in if it is "-", for the paths of the arguments.
// It fails with a *[UserError] or a *[UsageError].
func (s *Send) ReadURLs(in io.Reader) (UploadURLs, error) {
	if s.URLs != Stdin {
		file, err := os.Open(s.URLs)
		if err != nil {
			return UploadURLs{}, userError("cli.urls.file", words.Data{"File": words.Printable(s.URLs)})
		}
		defer file.Close()
		in = file
	}
	return parseUploadURLs(in, s.Paths)
}

// parseUploadURLs parses a list of upload URLs: one per line, for the paths in their order,
// or a path and a URL with a tab between. Empty lines and those that begin with # are
// skipped. It fails with a *[UserError] or a *[UsageError].
func parseUploadURLs(in io.Reader, paths []string) (list UploadURLs, err error) {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxUploadURLLine)
	withPaths := 0
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		path, address, hasPath := cutLast(line, "\t")
		if hasPath {
			withPaths++
			list.Paths = append(list.Paths, path)
		}
		server, err := givenServer(address)
		if err != nil || hasPath && path == "" {
			return UploadURLs{}, usageError("cli.urls.line", words.Data{"N": n})
		}
		list.URLs = append(list.URLs, server.Endpoint)
	}
	if lines.Err() != nil || len(list.URLs) > maxUploadURLs {
		return UploadURLs{}, userError("cli.urls.long", words.Data{"Most": words.Number(maxUploadURLs)})
	}
	return list.forPaths(paths, withPaths)
}

// cutLast cuts a line at the last separator: a path may contain it, a URL does not.
func cutLast(line, separator string) (before, after string, found bool) {
	i := strings.LastIndex(line, separator)
	if i < 0 {
		return "", line, false
	}
	return strings.TrimSpace(line[:i]), strings.TrimSpace(line[i+len(separator):]), true
}

// forPaths returns the list with the paths of the arguments, if it has none itself.
func (l UploadURLs) forPaths(paths []string, withPaths int) (UploadURLs, error) {
	seen := map[string]bool{}
	for _, address := range l.URLs {
		if seen[address] {
			return UploadURLs{}, usageError("cli.urls.twice", words.Data{"URL": words.Address(address)})
		}
		seen[address] = true
	}
	switch {
	case len(l.URLs) == 0:
		return UploadURLs{}, usageError("cli.urls.empty", nil)
	case withPaths > 0 && withPaths < len(l.URLs), withPaths > 0 && len(paths) > 0:
		return UploadURLs{}, usageError("cli.urls.mixed", nil)
	case withPaths > 0:
		return l, nil
	case len(paths) != len(l.URLs):
		return UploadURLs{}, usageError("cli.urls.count", words.Data{"URLs": words.Number(len(l.URLs)), "Files": words.Number(len(paths))})
	}
	l.Paths = paths
	return l, nil
}

// givenServer returns the server that is an upload URL for one file.
func givenServer(address string) (uploader.Server, error) {
	if _, _, err := parseAddress(address, nil); err != nil {
		return uploader.Server{}, err
	}
	preset, _ := presets.ByName(givenPreset)
	return preset.Server(presets.Values{"url": address})
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
	server, err := givenServer(address)
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
	for _, t := range x.Engine.Snapshot().Transfers {
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
