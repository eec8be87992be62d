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
// run would find them: what was being sent when the last one ended is interrupted.
func ListSaved(saved uploader.Saved, all bool, reply func(Reply) error) error {
	var transfers uploader.RowsBuilder
	for saved := range saved.Transfers.Values() {
		t, _ := lifecycle.Step(*saved, lifecycle.Restored{Ask: true}, time.Now())
		transfers.Add(t)
	}
	s := &uploader.Snapshot{Servers: saved.Servers, Transfers: transfers.Rows()}
	return list(s, all, func(r Reply) error {
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
	return list(x.Engine.Snapshot(), all, func(r Reply) error {
		if e := r.Entry; undecided[e.ID] && e.State == uploader.StateWaiting.String() {
			e.Message = words.Text("state.awaits-you")
		}
		return reply(r)
	})
}

// list lists the transfers, newest first. Unless all is set, it leaves out those
// that are done or cancelled.
func list(s *uploader.Snapshot, all bool, reply func(Reply) error) error {
	var newestFirst []uploader.Row
	for _, row := range s.Transfers.Rows() {
		if all || !row.Phase().Final() || row.Phase() == uploader.PhaseFailed {
			newestFirst = append(newestFirst, row)
		}
	}
	slices.SortFunc(newestFirst, func(a, b uploader.Row) int { return cmp.Compare(b.ID(), a.ID()) })
	positions := words.QueuePositions(s)
	for _, row := range newestFirst {
		t := row.Transfer()
		e := newEntry(s, t, positions[t.ID])
		if err := reply(Reply{Entry: &e}); err != nil {
			return err
		}
	}
	return nil
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
		e.Link = words.Link(uploader.Link(server, t))
	}
	return e
}
