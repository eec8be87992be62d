package cli

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/lifecycle"
)

// Entry is one transfer in the list.
type Entry struct {
	ID      uploader.TransferID `json:"id"`
	Path    string              `json:"path"`
	Escaped string              `json:"path_escaped,omitempty"` // see [feed.EscapedPath]
	Server  string              `json:"server"`
	Size    int64               `json:"size"`
	Sent    int64               `json:"sent"`           // bytes the server acknowledged; of a running transfer those sent
	State   string              `json:"state"`          // name of an uploader.State, or stateInterrupted
	Name    string              `json:"name,omitempty"` // as in [feed.Event]
	URL     string              `json:"url,omitempty"`
	Fault   string              `json:"fault,omitempty"`

	ServerMessage string `json:"server_message,omitempty"` // these four as in [feed.Event]
	FileID        string `json:"file_id,omitempty"`
	Answer        string `json:"answer,omitempty"`
	Link          string `json:"link,omitempty"`

	Message string `json:"message"` // text for the user, in the current language
}

// stateInterrupted is the state of an unfinished transfer while no engine runs.
const stateInterrupted = "interrupted"

// ListSaved lists the transfers of a profile for which no engine runs, as the next
// run would find them: what was being sent when the last one ended is interrupted. Find
// returns pages of the history, which is listed with all of them.
func ListSaved(saved uploader.Saved, find FindHistory, all bool, reply func(Reply) error) error {
	s := &uploader.Snapshot{Servers: saved.Servers, Transfers: saved.Transfers}
	now := time.Now()
	restored := func(row uploader.Row) *uploader.Transfer {
		t, _ := lifecycle.Step(*row.Transfer(), lifecycle.Restored{Ask: true}, now)
		return &t
	}
	return list(s, restored, find, all, func(r Reply) error {
		if e := r.Entry; e.State == uploader.StateWaiting.String() {
			e.State = stateInterrupted
			e.Message = words.Text("cli.list.interrupted", words.Data{"SizeOf": words.SizeOf(e.Sent, e.Size)})
		}
		return reply(r)
	})
}

// list lists the transfers of a running engine.
func (x *Executor) list(ctx context.Context, all bool, reply func(Reply) error) error {
	undecided, err := x.Engine.Undecided(ctx)
	if err != nil {
		return err
	}
	find := func(query uploader.HistoryQuery) ([]uploader.Transfer, error) {
		return x.Engine.FindHistory(ctx, query)
	}
	return list(x.Engine.Snapshot(), uploader.Row.Transfer, find, all, func(r Reply) error {
		if e := r.Entry; undecided[e.ID] && e.State == uploader.StateWaiting.String() {
			e.Message = words.Text("state.awaits-you")
		}
		return reply(r)
	})
}

// FindHistory returns a page of the history; see [uploader.Store].
type FindHistory func(query uploader.HistoryQuery) ([]uploader.Transfer, error)

// list lists the transfers, newest first, as value returns them, which is called when they are
// listed. If all is set, it includes those that are done or cancelled, and the entries of the
// history that are not in the list any more.
func list(s *uploader.Snapshot, value func(uploader.Row) *uploader.Transfer, find FindHistory, all bool, reply func(Reply) error) error {
	newestFirst := make([]uploader.Row, 0, s.Transfers.Len())
	for _, row := range s.Transfers.Rows() {
		newestFirst = append(newestFirst, row)
	}
	slices.SortFunc(newestFirst, func(a, b uploader.Row) int { return cmp.Compare(b.ID(), a.ID()) })
	positions := words.QueuePositions(s)
	replyTo := func(t *uploader.Transfer) error {
		e := newEntry(s, t, positions[t.ID])
		return reply(Reply{Entry: &e})
	}
	removed := removedEntries{find: find, next: uploader.HistoryQuery{Removed: true, ByID: true}, ended: !all}
	for _, row := range newestFirst {
		if err := removed.each(row.ID(), replyTo); err != nil {
			return err
		}
		if t := value(row); all || !t.Phase.Final() || t.Phase == uploader.PhaseFailed {
			if err := replyTo(t); err != nil {
				return err
			}
		}
	}
	return removed.each(0, replyTo)
}

// removedEntries reads the entries of the history that are not in the list, the newest
// first.
type removedEntries struct {
	find  FindHistory
	next  uploader.HistoryQuery
	page  []uploader.Transfer // read and not visited
	ended bool                // nothing is left to read
}

// each calls visit with those that were not visited yet and have an ID above a transfer's.
func (r *removedEntries) each(above uploader.TransferID, visit func(*uploader.Transfer) error) error {
	for {
		if len(r.page) == 0 {
			if r.ended {
				return nil
			}
			page, err := r.find(r.next)
			if err != nil {
				return err
			}
			r.page, r.ended = page, len(page) == 0
			continue
		}
		t := &r.page[0]
		if t.ID <= above {
			return nil
		}
		if err := visit(t); err != nil {
			return err
		}
		r.page, r.next.After = r.page[1:], uploader.PositionInHistory(t)
	}
}

func newEntry(s *uploader.Snapshot, t *uploader.Transfer, position int) Entry {
	e := Entry{
		ID: t.ID, Path: t.Source.Path, Escaped: feed.EscapedPath(t.Source.Path), Size: t.Source.Size, Sent: s.Sent(t), State: t.State().String(), URL: words.Link(t.Session.URL),
		Message: words.Row(s, t, position, time.Now()), Name: t.Renamed(),
	}
	if server, ok := s.Server(t.Server); ok {
		e.Server = server.Name
	} else if u, err := url.Parse(t.Session.URL); err == nil { // the server was removed
		e.Server = u.Host
	}
	if t.Fault != nil {
		e.Fault, e.ServerMessage = t.Fault.Kind.String(), t.Fault.ServerMessage
	}
	if t.Result != nil {
		e.FileID, e.Answer = t.Result.ID, t.Result.Answer
	}
	if server, _ := s.ServerInUse(t.Server); t.Phase == uploader.PhaseDone && !server.Builtin() {
		e.Link = words.Link(uploader.Link(server, t, s.FolderOf(t)))
	}
	return e
}
