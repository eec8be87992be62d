package program

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/spool"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/netx"
)

// How long a program that just starts or ends in the same profile is waited for,
// and how often it is looked after.
const (
	arrivalMost  = 10 * time.Second
	arrivalEvery = 50 * time.Millisecond
)

// networkEvery is how often it is looked whether this computer has moved to
// another network.
const networkEvery = 2 * time.Second

// enter takes the profile's lock, or does what ask does with the program that
// holds it; then the lock is nil. A holder that is just coming or going, and
// therefore does not listen, is waited for.
func (w work) enter(ctx context.Context, ask func() error) (*instance.Lock, error) {
	patience, cancel := context.WithTimeout(ctx, arrivalMost)
	defer cancel()
	for {
		lock, err := instance.Acquire(w.profile.Lock())
		if !errors.Is(err, instance.ErrTaken) {
			return lock, err
		}
		if err := ask(); !errors.Is(err, instance.ErrNobody) {
			return nil, err
		}
		select {
		case <-time.After(arrivalEvery):
		case <-patience.Done():
			return nil, errors.Join(ctx.Err(), instance.ErrNobody)
		}
	}
}

// elsewhere says of a request that was interrupted that it goes on all the same.
func elsewhere(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return errors.Join(&cli.Sentence{Text: words.Say("cli.elsewhere")}, ctx.Err())
	}
	return err
}

// options are what a session is opened with.
type options struct {
	fingerprint string // a source.Strategy's name; "" for the one in the settings
	ask         bool   // hold what an earlier run left unfinished, whatever the settings say
	show        func(ctx context.Context, paths []string) error
	stream      *intake          // what is about to be sent; nil for none
	request     instance.Request // what is carried out first, for the sign-in in it
}

// over is what the user chose once for all, with what was asked for this time.
func (o options) over(chosen uploader.Settings) uploader.Settings {
	chosen.Fingerprint = cmp.Or(o.fingerprint, chosen.Fingerprint)
	return chosen
}

// session is everything that runs while a profile is being worked in. It is
// opened from the disk up, and closed in the opposite order: first nobody asks
// for anything new, then the engine saves everything, then the rest ends.
type session struct {
	lock      *instance.Lock
	database  *db.DB
	recovered string // in words, when the database had to be repaired; "" otherwise
	settings  *settings.Book
	keeper    *running // saves the settings
	keys      *platform.Keys
	book      *connect.Book
	receiver  *running // nil when it could not be opened
	deaf      error    // why it could not
	engine    *engine.Engine
	loop      *running
	streams   *running
	tuner     *running // brings changed settings to the engine
	metering  *running // tells the engine what the network costs
	archivist *running // backs the database up each week
	lookout   *running // for a change of the network
	desk      *cli.Desk
	server    *instance.Server
}

// open begins to work in the profile of which lock is held. It always takes the
// lock over.
func open(ctx context.Context, w work, lock *instance.Lock, o options) (*session, error) {
	s := &session{lock: lock}
	if err := s.open(ctx, w, o); err != nil {
		return nil, s.close(err)
	}
	return s, nil
}

func (s *session) open(ctx context.Context, w work, o options) (err error) {
	if s.database, err = w.database(ctx); err != nil {
		return err
	}
	if err := s.recall(ctx, w); err != nil {
		return err
	}
	s.recovered = recovery(s.database)
	chosen := s.settings.Get()
	transfers := o.over(chosen.Transfers)
	builtin := s.receive(w)
	lines := &netx.Lines{}
	s.lookout = start(func(ctx context.Context) error { lines.Watch(ctx, networkEvery); return nil })
	s.keys = platform.NewKeys(w.profile.Keys())
	s.book = connect.NewBook(connect.Config{Keys: s.keys, Lines: lines})
	servers, err := s.database.Servers(ctx)
	if err != nil {
		return err
	}
	cli.Introduce(s.book, o.request, servers)
	s.engine = engine.New(engine.Config{
		Store: s.database, Connect: s.book.Connect, Log: w.log, Settings: &transfers, Builtin: builtin,
		Growth: spool.Folder(w.profile.Streams()).Growth,
		Ask:    o.ask || chosen.Start.OnStart == settings.OnStartAsk,
	})
	s.loop = start(s.engine.Run)
	if err := s.loaded(ctx); err != nil {
		return err
	}
	s.tuner = start(func(ctx context.Context) error { s.tune(ctx, w, o); return nil })
	s.archivist = start(func(ctx context.Context) error { keepBackups(ctx, s.database, w.log); return nil })
	s.metering = start(func(ctx context.Context) error { s.meter(ctx, w); return nil })
	if err := s.tend(w, o.stream); err != nil {
		return err
	}
	s.desk = &cli.Desk{Engine: s.engine, Book: s.book, Show: o.show}
	s.server, err = instance.Listen(w.profile.Meeting(), s.desk.Answer, w.log)
	return err
}

// recall reads what the user chose, and speaks the language that was chosen.
func (s *session) recall(ctx context.Context, w work) error {
	s.settings = settings.Open(ctx, s.database, w.log)
	s.keeper = start(s.settings.Run)
	return words.Load(string(s.settings.Get().Look.Language))
}

// backUp writes a copy of the database into a folder, under a name that nothing
// there has yet.
func (s *session) backUp(ctx context.Context, folder string) (string, error) {
	path := filepath.Join(folder, "ferry-backup-"+time.Now().Format("20060102-150405.000")+".db")
	return path, s.database.Backup(ctx, path)
}

// tune has the engine work as the settings say whenever they change.
func (s *session) tune(ctx context.Context, w work, o options) {
	for range s.settings.Watch(ctx) {
		err := s.engine.Do(ctx, uploader.Configure{Settings: o.over(s.settings.Get().Transfers)})
		if err != nil && ctx.Err() == nil {
			w.log.Warn("settings don't hold yet", "err", err)
		}
	}
}

// meter tells the engine whenever the network is metered, or is not any more.
func (s *session) meter(ctx context.Context, w work) {
	err := platform.WatchMetered(ctx, func(metered bool) {
		if err := s.engine.Do(ctx, uploader.Metering{Metered: metered}); err != nil && ctx.Err() == nil {
			w.log.Warn("the engine does not know what the network costs", "metered", metered, "err", err)
		}
	})
	if err != nil && ctx.Err() == nil {
		w.log.Info("nobody tells whether the network is metered", "err", err)
	}
}

// tend keeps the folder of what came through standard input: what nobody needs
// any more goes. From here on it is this program's alone.
func (s *session) tend(w work, own *intake) error {
	folder := spool.Folder(w.profile.Streams())
	var keep []string
	var hold *spool.Stream
	if own != nil {
		keep, hold = []string{own.Path}, own.Stream
	}
	if err := errors.Join(hold.Close(), folder.Sweep(s.engine.Snapshot(), keep)); err != nil {
		return err
	}
	s.streams = start(func(ctx context.Context) error { return folder.Tend(ctx, s.engine, w.log) })
	return nil
}

// loaded waits for the engine's first snapshot, or for what it failed with.
func (s *session) loaded(ctx context.Context) error {
	watch, cancel := context.WithCancel(ctx)
	defer cancel()
	kicks := s.engine.Watch(watch)
	for s.engine.Snapshot().Seq == 0 {
		if _, ok := <-kicks; !ok {
			return errors.Join(ctx.Err(), engine.ErrStopped)
		}
	}
	return nil
}

// finish waits until other programs have what they asked for.
func (s *session) finish(ctx context.Context) error {
	s.server.Drain(ctx)
	return s.desk.Settle(ctx)
}

// close ends everything and returns what went wrong, err first. When the engine
// ended by itself its own error says why, better than that of who noticed.
func (s *session) close(err error) error {
	var ends []error
	end := func(failed error) { ends = append(ends, failed) }
	if s.server != nil {
		end(s.server.Close())
	}
	if s.streams != nil {
		end(s.streams.stop())
	}
	if s.metering != nil {
		end(s.metering.stop())
	}
	if s.tuner != nil {
		end(s.tuner.stop())
	}
	if s.loop != nil {
		stopped := s.loop.stop()
		if stopped != nil && (errors.Is(err, engine.ErrStopped) || errors.Is(err, feed.ErrEnded)) {
			err = nil
		}
		end(stopped)
	}
	if s.receiver != nil {
		end(s.receiver.stop())
	}
	if s.lookout != nil {
		end(s.lookout.stop())
	}
	if s.book != nil {
		s.book.Close()
	}
	if s.archivist != nil {
		end(s.archivist.stop())
	}
	if s.keeper != nil {
		end(s.keeper.stop())
	}
	if s.database != nil {
		end(s.database.Close())
	}
	end(s.lock.Release())
	if err != nil && errors.Join(ends...) == nil {
		return err // as it is, for errors that compare by identity
	}
	return errors.Join(append([]error{err}, ends...)...)
}
