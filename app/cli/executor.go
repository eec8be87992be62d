package cli

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// DefaultFileWait is how long a request waits for files that other programs are
// writing, in addition to the settle time.
const DefaultFileWait = 10 * time.Minute

// maxExhausted is how long a request waits if none of its transfers continues because this
// computer is at a limit, such as that of open files.
const maxExhausted = time.Minute

// Engine is the part of *[engine.Engine] that an [Executor] uses.
type Engine interface {
	feed.Source
	Do(ctx context.Context, command uploader.Command) error
	Test(ctx context.Context, server uploader.Server) (uploader.ServerTest, error)
	Undecided(ctx context.Context) (map[uploader.TransferID]bool, error)
	FindHistory(ctx context.Context, query uploader.HistoryQuery) ([]uploader.Transfer, error)
}

// Executor carries out requests on a running engine. Its methods may be called from
// any goroutine.
type Executor struct {
	Engine    Engine
	Connector *connect.Connector
	Keys      Keys // of the servers' secrets

	// Show brings up the window, and adds the paths of the request for its selected server
	// or opens its link. It is nil when there is no window.
	Show func(ctx context.Context, request instance.Request) error

	// FileWait is how long a request waits for files that other programs are writing; 0
	// is DefaultFileWait. Without a window their transfers fail then. With one they
	// keep waiting, and only the request ends.
	FileWait time.Duration

	mu       sync.Mutex
	accepted []feed.Filter // transfers requested by other instances, connected or not
}

// Reply is one value of the response to a request. Exactly one field is set.
type Reply struct {
	// Language is that of the texts that follow; the first value for another instance.
	Language words.Language `json:"language,omitempty"`

	Event   *feed.Event   `json:"event,omitempty"`
	Summary *feed.Summary `json:"summary,omitempty"` // after the last Event
	Entry   *Entry        `json:"entry,omitempty"`
	Server  *ServerEntry  `json:"server,omitempty"`
	Test    *TestEntry    `json:"test,omitempty"`
}

// Execute carries out one request and passes each value of the response to reply.
// The error is a *[fault.Fault], a *[UserError], a *[UsageError], reply's,
// [feed.ErrStopped] or ctx's.
func (x *Executor) Execute(ctx context.Context, request instance.Request, reply func(Reply) error) error {
	return x.execute(ctx, request, func(feed.Filter) {}, reply)
}

// Handle is the [instance.Handler] for requests of other instances. It returns
// errors as text for the user.
func (x *Executor) Handle(ctx context.Context, request instance.Request, reply func(value any) error) error {
	err := reply(Reply{Language: words.Loaded()})
	if err == nil {
		err = x.execute(ctx, request, x.addAccepted, func(r Reply) error { return reply(r) })
	}
	if err != nil {
		return RequestError(err)
	}
	return nil
}

// RequestError returns err, which is not nil, as text for the user of another instance.
func RequestError(err error) error {
	return &instance.RequestError{Message: Explain(err), Usage: ExitCode(err) == ExitUsage}
}

// Wait waits until everything that other instances requested is final, or ctx
// ends.
func (x *Executor) Wait(ctx context.Context) error {
	for {
		x.mu.Lock()
		accepted := x.accepted
		x.accepted = nil
		x.mu.Unlock()
		if len(accepted) == 0 {
			return nil
		}
		for _, filter := range accepted {
			if _, err := feed.Follow(ctx, x.Engine, filter, feed.Options{FileWait: x.fileWait()}, func(feed.Event) error { return nil }); err != nil {
				return err
			}
		}
	}
}

// fileWait returns the limit of waits for files that other programs are writing.
func (x *Executor) fileWait() feed.FileWait {
	wait := feed.FileWait{Max: cmp.Or(x.FileWait, DefaultFileWait)}
	if x.Show == nil {
		wait.End = x.endFileWait
	}
	return wait
}

// endFileWait fails transfers. That this cannot be saved is reported by the feed.
func (x *Executor) endFileWait(ctx context.Context, ids []uploader.TransferID) error {
	err := x.Engine.Do(ctx, uploader.EndFileWait{Target: uploader.TargetTransfers(ids...)})
	if _, unsaved := errors.AsType[*fault.Fault](err); unsaved {
		return nil
	}
	return err
}

func (x *Executor) addAccepted(filter feed.Filter) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.accepted = append(x.accepted, filter)
}

// execute carries out a request. It calls onAccept with the transfers of the request
// before it follows them.
func (x *Executor) execute(ctx context.Context, request instance.Request, onAccept func(feed.Filter), reply func(Reply) error) error {
	switch request.Command {
	case instance.Send:
		return x.send(ctx, request, onAccept, reply)
	case instance.Resume:
		return x.resume(ctx, request, onAccept, reply)
	case instance.List:
		return x.list(ctx, request.All, reply)
	case instance.AddServer:
		return x.createServer(ctx, request, reply)
	case instance.EditServer:
		return x.editServer(ctx, request, reply)
	case instance.RemoveServer:
		return x.deleteServer(ctx, request, reply)
	case instance.TestServer:
		return x.testSaved(ctx, request, reply)
	case instance.ListServers:
		return listServers(x.Engine.Snapshot(), reply)
	case instance.Show:
		if x.Show == nil {
			return userError("cli.no-window", nil)
		}
		return x.Show(ctx, request)
	default:
		return fault.Newf(fault.Bug, fault.Run, "unknown request %q", request.Command)
	}
}

func (x *Executor) send(ctx context.Context, request instance.Request, onAccept func(feed.Filter), reply func(Reply) error) error {
	header, err := parseHeaders(request.Headers)
	if err != nil {
		return err
	}
	allowed, err := parseHosts(request.AllowHosts)
	if err != nil {
		return err
	}
	if len(request.URLs) > 0 {
		return x.sendToURLs(ctx, request, header, onAccept, reply)
	}
	advise := func(e feed.Event) error { return reply(Reply{Event: &e}) }
	server, err := x.changedDestination(ctx, destination{request.To, header, allowed, request.PerFile != ""}, request.Server, advise)
	if err != nil {
		return err
	}
	x.usePerFile(server, request.PerFile)
	if err := x.unblock(ctx, server); err != nil {
		return err
	}
	batch, options := uploader.NewBatchID(), request.Options
	options.UploadAgain = request.Answers.Again != instance.AnswerNo
	destination, _ := x.Engine.Snapshot().ServerInUse(server)
	if options.Exists, err = existsPolicy(request.Answers.Exists, destination); err != nil {
		return err
	}
	missing := missingPaths(request.Paths)
	if err := x.Engine.Do(ctx, uploader.Add{Batch: batch, Server: server, Paths: request.Paths, Options: options}); err != nil {
		return err
	}
	onAccept(feed.Batch(batch))
	if err := x.follow(ctx, feed.Batch(batch), request.Answers, reply); err != nil {
		return err
	}
	return x.removeMissing(ctx, batch, missing)
}

// missingPaths returns the paths that do not exist.
func missingPaths(paths []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(path string) bool {
		_, err := os.Lstat(path)
		return !errors.Is(err, fs.ErrNotExist)
	})
}

// removeMissing removes the failed transfers of paths that did not exist when they
// were added: most likely they were mistyped, and every later resume would fail
// because of them.
func (x *Executor) removeMissing(ctx context.Context, batch uploader.BatchID, missing []string) error {
	var ids []uploader.TransferID
	for t := range x.Engine.Snapshot().Transfers.Values() {
		if t.Batch == batch && t.Phase == uploader.PhaseFailed && slices.Contains(missing, t.Source.Path) {
			ids = append(ids, t.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return x.Engine.Do(ctx, uploader.Remove{Target: uploader.TargetTransfers(ids...)})
}

// follow passes the events of the filter's transfers and their summary to reply.
func (x *Executor) follow(ctx context.Context, filter feed.Filter, answers instance.Answers, reply func(Reply) error) error {
	options := feed.Options{FileWait: x.fileWait(), MaxExhausted: maxExhausted, Answer: x.possible(answerFor(answers)), Act: x.act}
	summary, err := feed.Follow(ctx, x.Engine, filter, options, func(e feed.Event) error { return reply(Reply{Event: &e}) })
	if err != nil {
		return err
	}
	return reply(Reply{Summary: &summary})
}
