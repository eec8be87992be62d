package program

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ferryapp/ferry/app/awake"
	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/power"
	"github.com/ferryapp/ferry/app/profile"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/spool"
	"github.com/ferryapp/ferry/app/windowstate"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/netx"
)

// networkInterval is how often to check whether this computer has changed networks, where the
// system does not report that.
const networkInterval = 2 * time.Second

// unlockKeys is called with the keyring of each session. Tests set it, to have one that
// several processes share.
var unlockKeys = func(context.Context, *platform.AppKeyring) error { return nil }

// options configure a session.
type options struct {
	fingerprint string // name of a source.Strategy; "" for the one in the settings
	ask         bool   // do not resume interrupted uploads automatically, whatever the settings
	show        func(ctx context.Context, request instance.Request) error
	stdin       *stdinStream     // about to be sent; may be nil
	request     instance.Request // the first request, for its sign-in
}

// applyTo returns the settings with the options that override them.
func (o options) applyTo(saved uploader.Settings) uploader.Settings {
	saved.Fingerprint = cmp.Or(o.fingerprint, saved.Fingerprint)
	return saved
}

// session is everything that runs while this process holds a profile. On close, the server
// for other instances and loading stop first, then the engine saves its state, then the
// rest stops.
type session struct {
	lock          *instance.Lock
	database      *db.DB
	crashes       *profile.CrashRecorder
	recovered     string // text for the user if the database was repaired, or ""
	undecided     bool   // the database is a restored backup, see isUndecided
	settings      *settings.Current
	settingsSaver *task
	windowState   *windowstate.Current
	windowSaver   *task
	keys          *platform.AppKeyring
	connector     *connect.Connector
	receivedDir   string // the folder of the receiver
	receiver      *task
	receiverErr   error // why the receiver did not start; nil if it did
	engine        *engine.Engine
	engineLoop    *task
	streamCleanup *task
	configurer    *task // passes changed settings to the engine
	metering      *task // passes changes of the network to the engine
	awake         *task // keeps the computer awake while something is sent
	backups       *task
	networkWatch  *task
	executor      *cli.Executor
	server        *instance.Server
	loader        *task         // runs load
	loaded        chan struct{} // closed when load has ended
	loadErr       error         // of load, once it has ended

	replacement atomic.Pointer[replacement] // nil for none

	receiverUnusable atomic.Bool // the receiver is not running because of its folder
	receiverChange   sync.Mutex  // locked while setReceivedDir changes the folder and the receiver
}

// open opens a session that has loaded everything. It takes ownership of lock, even if it
// fails.
func open(ctx context.Context, c command, lock *instance.Lock, o options) (*session, error) {
	s, err := openLoading(ctx, c, lock, o)
	if err != nil {
		return nil, err
	}
	if err := s.waitLoaded(ctx); err != nil {
		return nil, s.close(err)
	}
	return s, nil
}

// openLoading opens a session whose engine is loading its transfers: until waitLoaded
// returns, a snapshot has the servers only. It takes ownership of lock, even if it fails.
func openLoading(ctx context.Context, c command, lock *instance.Lock, o options) (*session, error) {
	s := &session{lock: lock, loaded: make(chan struct{})}
	if err := s.open(ctx, c, o); err != nil {
		return nil, s.close(err)
	}
	s.loader = startTask(func(ctx context.Context) error {
		s.loadErr = s.load(ctx, c, o)
		close(s.loaded)
		return nil
	})
	return s, nil
}

// waitLoaded waits until everything is loaded and returns the error of that, or ctx's.
func (s *session) waitLoaded(ctx context.Context) error {
	select {
	case <-s.loaded:
		return s.loadErr
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *session) open(ctx context.Context, c command, o options) (err error) {
	if s.crashes, err = c.profile.RecordCrashes(c.version, time.Now()); err != nil {
		c.log.Warn("crashes are not recorded", "err", err)
	}
	if s.database, err = c.openDatabase(ctx); err != nil {
		return err
	}
	if err := s.openSettings(ctx, c); err != nil {
		return err
	}
	s.recovered, s.undecided = recoveryText(s.database), isUndecided(ctx, s.database)
	saved := s.settings.Get()
	transfers := o.applyTo(saved.Transfers)
	builtin := s.startReceiver(c)
	conns := &netx.ConnTracker{}
	s.networkWatch = startTask(func(ctx context.Context) error { conns.Watch(ctx, networkInterval, netx.FollowAddrs); return nil })
	s.keys = platform.NewAppKeyring(c.profile.KeyringFile())
	if err := unlockKeys(ctx, s.keys); err != nil {
		return err
	}
	s.connector = connect.New(connect.Config{Keyring: s.keys, Conns: conns})
	servers, err := s.database.Servers(ctx)
	if err != nil {
		return err
	}
	cli.RememberSignIn(s.connector, o.request, servers)
	s.engine = engine.New(engine.Config{
		Store: s.database, Connect: s.connect, CloseIdle: s.connector.CloseIdle, PerFile: s.connector.PerFile, Log: c.log, Settings: &transfers, BuiltinEndpoint: builtin,
		Growth:          spool.Folder(c.profile.SpoolDir()).Growth,
		AskBeforeResume: o.ask || s.asksToResume(),
	})
	s.engineLoop = startTask(s.engine.Run)
	s.configurer = s.startConfigurer(c, o)
	s.metering = startTask(func(ctx context.Context) error { s.passMetering(ctx, c); return nil })
	if err := s.waitFor(ctx, func(now *uploader.Snapshot) bool { return len(now.Servers) > 0 }); err != nil {
		return err
	}
	s.executor = &cli.Executor{Engine: s.engine, Connector: s.connector, Keys: s.keys, Show: o.show, FileWait: maxFileWait}
	s.server, err = instance.Listen(c.profile.InstanceFile(), s.handle, c.log)
	return err
}

// asksToResume reports whether unfinished uploads wait for the user's answer. Those of a restored
// backup do, which may be old or by somebody else: nothing of it is sent before the user has seen
// what it would send, and where to.
func (s *session) asksToResume() bool {
	return s.settings.Get().Start.OnStart == settings.OnStartAsk || s.undecided
}

// load waits until the engine has loaded its transfers, and then starts what needs them.
func (s *session) load(ctx context.Context, c command, o options) error {
	if err := s.waitFor(ctx, func(now *uploader.Snapshot) bool { return now.Seq > 0 }); err != nil {
		return err
	}
	if s.receiverErr != nil {
		s.receiver = startTask(func(ctx context.Context) error { return s.retryReceiver(ctx, c) })
	}
	s.backups = startTask(func(ctx context.Context) error { runBackups(ctx, s.database, c.log); return nil })
	s.awake = s.startKeeper(c)
	return s.startStreamCleanup(c, o.stdin)
}

// handle carries out a request of another instance once everything is loaded. It is an
// [instance.Handler], and returns errors as text for the user.
func (s *session) handle(ctx context.Context, request instance.Request, reply func(value any) error) error {
	if err := s.waitLoaded(ctx); err != nil {
		return cli.RequestError(err)
	}
	return s.executor.Handle(ctx, request, reply)
}

// openSettings loads the settings and switches to their language.
func (s *session) openSettings(ctx context.Context, c command) error {
	s.settings = settings.Open(ctx, s.database, c.log)
	s.settingsSaver = startTask(s.settings.Run)
	s.receivedDir = cmp.Or(s.settings.Get().Receiver.Folder, c.profile.ReceivedDir)
	words.SetReceivedFolder(s.receivedDir)
	s.windowState = windowstate.Open(ctx, s.database, c.log)
	s.windowSaver = startTask(s.windowState.Run)
	return words.Load(string(s.settings.Get().Appearance.Language))
}

// waitFor waits for a snapshot for which done returns true. If the engine ends before
// that, it returns the engine's error, or [engine.ErrStopped] if that has none.
func (s *session) waitFor(ctx context.Context, done func(*uploader.Snapshot) bool) error {
	watchCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	updates := s.engine.Watch(watchCtx)
	for !done(s.engine.Snapshot()) {
		if _, ok := <-updates; !ok {
			if err := ctx.Err(); err != nil {
				return err
			}
			return cmp.Or(s.engineLoop.wait(), engine.ErrStopped)
		}
	}
	return nil
}

// startConfigurer starts to pass the settings to the engine whenever they change from now
// on, also while it is loading: it sends the first transfers meanwhile.
func (s *session) startConfigurer(c command, o options) *task {
	watchCtx, endWatch := context.WithCancel(context.Background())
	changes := s.settings.Watch(watchCtx) // not by the task, which may start after a change
	return startTask(func(ctx context.Context) error {
		context.AfterFunc(ctx, endWatch)
		for range changes {
			err := s.engine.Do(ctx, uploader.Configure{Settings: o.applyTo(s.settings.Get().Transfers)})
			if err != nil && ctx.Err() == nil {
				c.log.Warn("configure engine failed", "err", err)
			}
		}
		return nil
	})
}

// passMetering passes to the engine whether the network is metered, whenever that
// changes, until ctx ends. It begins before all transfers are loaded, as startConfigurer.
func (s *session) passMetering(ctx context.Context, c command) {
	err := platform.WatchMetered(ctx, func(metered bool) {
		if err := s.engine.Do(ctx, uploader.SetMetered{Metered: metered}); err != nil && ctx.Err() == nil {
			c.log.Warn("set metering failed", "metered", metered, "err", err)
		}
	})
	if err != nil && ctx.Err() == nil {
		c.log.Info("watch metered network failed", "err", err)
	}
}

// startKeeper starts to keep the computer awake while something is sent.
func (s *session) startKeeper(c command) *task {
	keeper := awake.Keeper{
		Engine: s.engine, Settings: s.settings, Log: c.log, WatchBattery: power.WatchBattery,
		KeepAwake: func(ctx context.Context) {
			power.KeepAwake(ctx, words.Text("power.reason"), func(service string) { c.log.Debug("computer kept awake", "by", service) })
		},
	}
	return startTask(func(ctx context.Context) error { keeper.Run(ctx); return nil })
}

// startStreamCleanup removes unused streams of the standard input, except the one
// that is about to be sent and those that a list may need which the user has replaced
// by a backup and may restore, and starts to remove those that are finished. It
// releases that stream's lock: from here on only this process removes streams.
func (s *session) startStreamCleanup(c command, stdin *stdinStream) error {
	folder := spool.Folder(c.profile.SpoolDir())
	var keep []string
	var stream *spool.Stream
	if stdin != nil {
		keep, stream = []string{stdin.Path}, stdin.Stream
	}
	replaced, err := s.database.Replaced()
	if err != nil {
		return errors.Join(err, stream.Close())
	}
	if err := errors.Join(stream.Close(), folder.RemoveUnused(s.engine.Snapshot(), keep, replaced)); err != nil {
		return err
	}
	s.streamCleanup = startTask(func(ctx context.Context) error { return folder.RemoveFinished(ctx, s.engine, c.log) })
	return nil
}

// waitForClients waits until the requests of other instances are carried out.
func (s *session) waitForClients(ctx context.Context) error {
	s.server.Drain(ctx)
	return s.executor.Wait(ctx)
}

// close stops everything and returns all errors, err first.
func (s *session) close(err error) error {
	var errs []error
	add := func(e error) { errs = append(errs, e) }
	if s.server != nil {
		add(s.server.Close()) // before loading ends, which its requests wait for
	}
	add(s.loader.stop())
	add(s.streamCleanup.stop())
	s.awake.cancelOnly() // may wait for D-Bus until a limit of time; the engine stops meanwhile
	s.metering.cancelOnly()
	add(s.configurer.stop())
	add(s.saveDecided(context.Background()))
	if engineErr := s.engineLoop.stop(); !errors.Is(err, engineErr) {
		add(engineErr) // otherwise loading has returned it
	}
	add(s.awake.stop())
	add(s.metering.stop())
	add(s.receiver.stop())
	add(s.networkWatch.stop())
	if s.connector != nil {
		s.connector.CloseIdle()
	}
	add(s.backups.stop())
	add(s.settingsSaver.stop())
	add(s.windowSaver.stop())
	if s.database != nil {
		closed := s.database.Close()
		add(closed)
		if closed == nil {
			add(s.replaceDatabase())
		}
	}
	add(s.crashes.Close())
	add(s.lock.Release())
	if err != nil && errors.Join(errs...) == nil {
		return err // unwrapped, so that it can be compared with ==
	}
	return errors.Join(append([]error{err}, errs...)...)
}
