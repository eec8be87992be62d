package cli

import (
	"context"
	"net/http"
	"strings"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// resume goes on with everything unfinished, or with what is for one server.
func (d *Desk) resume(ctx context.Context, request instance.Request, accepted func(feed.Filter), answer func(Reply) error) error {
	header, err := parseHeaders(request.Headers)
	if err != nil {
		return err
	}
	s := d.Engine.Snapshot()
	filter, targets := feed.Unfinished(s), []uploader.Target{uploader.Everything()}
	if request.To != "" {
		server, given, err := known(s.Servers, request.To, header)
		if err != nil {
			return err
		}
		if err := d.signIn(ctx, server, given); err != nil {
			return err
		}
		filter = filter.ForServer(s, server.ID)
		targets = targetsOf(filter)
	}
	if filter.Empty() {
		return answer(Reply{Summary: &feed.Summary{}})
	}
	for _, target := range targets {
		if err := d.Engine.Do(ctx, uploader.Resume{Target: target}); err != nil {
			return err
		}
	}
	if again := triedAgain(s, filter); len(again) > 0 {
		if err := d.Engine.Do(ctx, uploader.Retry{Target: uploader.These(again...)}); err != nil {
			return err
		}
	}
	accepted(filter)
	return d.follow(ctx, filter, answer)
}

// known finds a server that something was sent to already, with what a URL says of
// the sign-in.
func known(servers []uploader.Server, to string, header http.Header) (uploader.Server, http.Header, error) {
	if !strings.Contains(to, "://") {
		server, err := named(servers, to)
		return server, header, err
	}
	endpoint, given, err := address(to, header)
	if err != nil {
		return uploader.Server{}, nil, err
	}
	server, ok := at(servers, endpoint)
	if !ok {
		return uploader.Server{}, nil, usage("cli.server.never", words.Data{"URL": words.Printable(endpoint), "Known": names(servers)})
	}
	return server, given, nil
}

// targetsOf is what a filter means, as commands name it.
func targetsOf(f feed.Filter) []uploader.Target {
	var targets []uploader.Target
	for batch := range f.Batches {
		targets = append(targets, uploader.Target{Batch: batch})
	}
	var ids []uploader.TransferID
	for id := range f.Transfers {
		ids = append(ids, id)
	}
	return append(targets, uploader.These(ids...))
}

// triedAgain lists what does not go on by being resumed alone. What asks about an
// earlier upload is for a person to answer.
func triedAgain(s *uploader.Snapshot, f feed.Filter) []uploader.TransferID {
	var ids []uploader.TransferID
	for _, t := range s.Transfers {
		stopped := t.Phase == uploader.PhaseFailed && t.State() != uploader.StateAsking
		if f.Transfers[t.ID] && (stopped || t.Phase == uploader.PhaseWaiting) {
			ids = append(ids, t.ID)
		}
	}
	return ids
}
