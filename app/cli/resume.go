package cli

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// resume resumes everything unfinished, or what is for the request's server. Files that
// changed start over only if the request says so.
func (x *Executor) resume(ctx context.Context, request instance.Request, onAccept func(feed.Filter), reply func(Reply) error) error {
	header, err := parseHeaders(request.Headers)
	if err != nil {
		return err
	}
	s := x.Engine.Snapshot()
	filter, targets := feed.Unfinished(s), []uploader.Target{uploader.TargetAll()}
	if request.To != "" {
		server, header, err := savedServer(s.Servers, request.To, header)
		if err != nil {
			return err
		}
		allowed, err := parseHosts(request.AllowHosts)
		if err != nil {
			return err
		}
		x.usePerFile(server.ID, request.PerFile)
		if err := errors.Join(x.allow(ctx, server, allowed), x.signIn(ctx, server, header)); err != nil {
			return err
		}
		filter = filter.ForServer(s, server.ID)
		targets = targetsOf(filter)
	}
	if filter.Empty() {
		return reply(Reply{Summary: &feed.Summary{}})
	}
	for _, target := range targets {
		if err := x.Engine.Do(ctx, uploader.Resume{Target: target}); err != nil {
			return err
		}
	}
	if ids := toRetry(s, filter, request.Answers); len(ids) > 0 {
		keep := request.Answers.Changed != instance.AnswerRestart
		if err := x.Engine.Do(ctx, uploader.Retry{Target: uploader.TargetTransfers(ids...), KeepUploads: keep}); err != nil {
			return err
		}
	}
	onAccept(filter)
	return x.follow(ctx, filter, request.Answers, reply)
}

// savedServer finds a server by name or URL. It returns the header to send, with the
// user and password of the URL.
func savedServer(servers []uploader.Server, to string, header http.Header) (uploader.Server, http.Header, error) {
	if !isURL(to) {
		server, err := findByName(servers, to)
		return server, header, err
	}
	endpoint, header, err := parseAddress(to, header)
	if err != nil {
		return uploader.Server{}, nil, err
	}
	server, ok := findByAddress(servers, endpoint)
	if !ok {
		return uploader.Server{}, nil, usageError("cli.server.never", words.Data{"URL": words.Address(endpoint), "Known": displayNames(servers)})
	}
	return server, header, nil
}

// targetsOf returns the command targets that select the same transfers as f.
func targetsOf(f feed.Filter) []uploader.Target {
	var targets []uploader.Target
	for _, batch := range slices.Sorted(maps.Keys(f.Batches)) { // batch IDs sort by age
		targets = append(targets, uploader.Target{Batch: batch})
	}
	ids := make([]uploader.TransferID, 0, f.Transfers.Len())
	for id := range f.Transfers.All() {
		ids = append(ids, id)
	}
	return append(targets, uploader.TargetTransfers(ids...))
}

// toRetry returns the transfers that need a Retry command besides Resume. It leaves
// out those that ask the user about an earlier upload or a lost response, and those whose file changed if
// the answer is that they fail.
func toRetry(s *uploader.Snapshot, f feed.Filter, answers instance.Answers) []uploader.TransferID {
	var ids []uploader.TransferID
	for _, row := range s.Transfers.Rows() {
		if row.State() == uploader.StateChanged && answers.Changed == instance.AnswerFail {
			continue
		}
		failed := row.Phase() == uploader.PhaseFailed && row.State() != uploader.StateNeedsDecision
		if (failed || row.Phase() == uploader.PhaseWaiting) && f.Transfers.Get(row.ID()) {
			ids = append(ids, row.ID())
		}
	}
	return ids
}
