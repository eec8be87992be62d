package program

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/spool"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// removeTimeout is how long to wait for a server to remove the upload of an
// interrupted stream.
const removeTimeout = 3 * time.Second

// stdinStream is the standard input while it is saved in the profile, from where the
// engine uploads it at the same time. A command without standard input has a nil
// stdinStream, on which finish, finishUnsent and Close may be called.
type stdinStream struct {
	*spool.Stream
	programCtx context.Context //nolint:containedctx // to distinguish an interrupted program from stop
	stop       context.CancelFunc
	filled     chan struct{} // closed when reading has ended
	err        error         // of reading; valid after filled is closed
}

// readStdin starts to save the standard input, until its end or until ctx ends.
func (c command) readStdin(ctx context.Context, name string) (*stdinStream, error) {
	stream, err := spool.Folder(c.profile.SpoolDir()).Create(name)
	if err != nil {
		return nil, err
	}
	readCtx, stop := context.WithCancel(ctx)
	in := &stdinStream{Stream: stream, programCtx: ctx, stop: stop, filled: make(chan struct{})}
	go func() {
		defer close(in.filled)
		in.err = stream.Fill(readCtx, c.streams.In)
	}()
	return in, nil
}

// finish waits until reading has ended and returns the first error, given the one of
// sending. If sending failed it stops reading, except when only the connection to
// the sending instance was closed: the next instance then sends the whole stream.
func (in *stdinStream) finish(sendErr error) error {
	if in == nil {
		return sendErr
	}
	if sendErr != nil && !errors.Is(sendErr, instance.ErrClosed) {
		in.stop()
	}
	<-in.filled
	switch {
	case in.interrupted():
		return errors.Join(&cli.UserError{Text: words.Text("cli.interrupted.reading")}, in.err)
	case sendErr != nil:
		return sendErr
	default:
		return in.err
	}
}

// interrupted reports whether the program was interrupted while reading. Reading
// must have ended.
func (in *stdinStream) interrupted() bool {
	return in != nil && in.err != nil && in.programCtx.Err() != nil
}

// finishUnsent is finish for a stream that was not given to an engine. If it was
// interrupted, it removes the stream.
func (in *stdinStream) finishUnsent(openErr error) error {
	err := in.finish(openErr)
	if in.interrupted() {
		return errors.Join(err, in.Discard())
	}
	return err
}

// Close stops reading and closes the stream.
func (in *stdinStream) Close() error {
	if in == nil {
		return nil
	}
	in.stop()
	<-in.filled
	return in.Stream.Close()
}

// finishStdin is finish for a stream that the session's engine uploads. If the
// stream was interrupted, it removes it from the profile and from the server, since
// it can never be completed.
func (s *session) finishStdin(ctx context.Context, in *stdinStream, sendErr error) error {
	err := in.finish(sendErr)
	if !in.interrupted() {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removeTimeout)
	defer cancel()
	// The Add command may still be pending, since its caller stopped waiting. After
	// a later command has returned, its batch is in the snapshot.
	if s.engine.Do(ctx, uploader.Resume{}) != nil {
		return err
	}
	updates := s.engine.Watch(ctx)
	batch := s.batchOf(in.Path)
	if batch != 0 && s.engine.Do(ctx, uploader.Remove{Target: uploader.Target{Batch: batch}}) != nil {
		return err // the next start detects that the stream is cut
	}
	for s.batchOf(in.Path) != 0 {
		if _, open := <-updates; !open {
			return err
		}
	}
	return errors.Join(err, in.Discard())
}

// batchOf returns the batch that a path was added with; 0 for none.
func (s *session) batchOf(path string) uploader.BatchID {
	for id, b := range s.engine.Snapshot().Batches {
		if slices.Contains(b.Roots, path) {
			return id
		}
	}
	return 0
}
