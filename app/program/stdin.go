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

// dropPatience is how long a server is waited for to forget what was sent of a
// stream that will never be whole.
const dropPatience = 3 * time.Second

// intake is the standard input on its way into the profile. It is sent from there
// meanwhile. A nil intake takes nothing.
type intake struct {
	*spool.Stream
	interrupted context.Context //nolint:containedctx // of the program, to tell its end from stop
	stop        context.CancelFunc
	filled      chan struct{} // closed when there is no more
	err         error         // why it is not whole; to be looked at after filled
}

// read begins to take the standard input, until it or ctx ends.
func (w work) read(ctx context.Context, name string) (*intake, error) {
	stream, err := spool.Folder(w.profile.Streams()).Create(name)
	if err != nil {
		return nil, err
	}
	reading, stop := context.WithCancel(ctx)
	in := &intake{Stream: stream, interrupted: ctx, stop: stop, filled: make(chan struct{})}
	go func() {
		defer close(in.filled)
		in.err = stream.Fill(reading, w.streams.In)
	}()
	return in, nil
}

// end waits until nothing more is read, and returns what went wrong first. When
// sending has failed as such nothing more is read; where only the Ferry has ended
// that sends it, the stream is taken to its end for the next one.
func (in *intake) end(failed error) error {
	if in == nil {
		return failed
	}
	if failed != nil && !errors.Is(failed, instance.ErrClosed) {
		in.stop()
	}
	<-in.filled
	switch {
	case in.cut():
		return errors.Join(&cli.UserError{Text: words.Say("cli.interrupted.reading")}, in.err)
	case failed != nil:
		return failed
	default:
		return in.err
	}
}

// cut reports whether the user interrupted the reading. It has ended by then.
func (in *intake) cut() bool { return in != nil && in.err != nil && in.interrupted.Err() != nil }

// abandon is end for what nobody was told of: interrupted, it leaves nothing.
func (in *intake) abandon(failed error) error {
	err := in.end(failed)
	if in.cut() {
		return errors.Join(err, in.Discard())
	}
	return err
}

// Close ends the reading and the hold on the stream.
func (in *intake) Close() error {
	if in == nil {
		return nil
	}
	in.stop()
	<-in.filled
	return in.Stream.Close()
}

// drop is end for what the engine sends. It removes all traces of a stream that
// was interrupted, here and from its server: what is not whole is of no use.
func (s *session) drop(ctx context.Context, in *intake, failed error) error {
	err := in.end(failed)
	if !in.cut() {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), dropPatience)
	defer cancel()
	// The batch may just have been asked for by somebody who did not wait for the
	// answer any more: it is in the snapshot once a later command is answered.
	if s.engine.Do(ctx, uploader.Resume{}) != nil {
		return err
	}
	kicks := s.engine.Watch(ctx)
	batch := s.batchOf(in.Path)
	if batch != 0 && s.engine.Do(ctx, uploader.Remove{Target: uploader.Target{Batch: batch}}) != nil {
		return err // the next start finds that the stream is not whole
	}
	for s.batchOf(in.Path) != 0 {
		if _, open := <-kicks; !open {
			return err
		}
	}
	return errors.Join(err, in.Discard())
}

// batchOf is the batch that a path was added with; 0 for none.
func (s *session) batchOf(path string) uploader.BatchID {
	for id, b := range s.engine.Snapshot().Batches {
		if slices.Contains(b.Roots, path) {
			return id
		}
	}
	return 0
}
