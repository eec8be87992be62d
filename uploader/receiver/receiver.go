// Package receiver is the destination that is always there: a tus server inside
// this program, which puts finished files into a folder under their own names.
//
// What has not arrived wholly lies in .ferry/uploads in that folder, and stays
// there until it is continued or terminated; nothing is ever deleted by age. A
// finished file is moved to its place before its last request is answered, never
// over another one and never out of the folder, whatever its metadata says.
// Being killed anywhere loses nothing: Open finishes what was begun. The port
// and the secret part of the URL are kept, so that upload URLs stay valid from
// run to run.
//
// One receiver owns a folder; a second Open of it fails with ErrInUse. All
// methods may be called from any goroutine. What fails on the disk is logged
// here and answered with ERR_DISK or ERR_DISK_FULL.
package receiver

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	tusdlog "golang.org/x/exp/slog"
)

// ErrInUse says that another receiver owns the folder.
var ErrInUse = errors.New("another receiver is using this folder")

// Loopback is where a receiver listens unless told otherwise: on this computer
// only, at any port.
const Loopback = "127.0.0.1:0"

const (
	headerTimeout = 30 * time.Second
	idleTimeout   = 2 * time.Minute
	grace         = 2 * time.Second // for connections that are told to end
)

// Config is what a Receiver is made of.
type Config struct {
	Dir    string       // where files go; made if it is not there
	Listen string       // host:port; "" means Loopback. Only a user may ask for another host
	Log    *slog.Logger // nil discards
}

// Receiver takes uploads into one folder.
type Receiver struct {
	dir      string
	endpoint string
	lock     *flock.Flock
	root     *os.Root
	listener net.Listener
	handler  http.Handler
	log      *slog.Logger
	running  sync.RWMutex    // held for reading by every request, for writing by the end
	stopped  context.Context //nolint:containedctx // ends the bodies of all requests
	stop     context.CancelCauseFunc
	close    func() error
}

// Open takes hold of the folder, finishes what an earlier run left half done,
// and binds the address. Requests are answered once Serve runs.
func Open(config Config) (*Receiver, error) {
	r := &Receiver{log: config.Log}
	r.stopped, r.stop = context.WithCancelCause(context.Background())
	r.close = sync.OnceValue(r.release)
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	if err := r.open(config); err != nil {
		return nil, fmt.Errorf("open receiver: %w", errors.Join(err, r.Close()))
	}
	return r, nil
}

func (r *Receiver) open(config Config) error {
	if err := r.takeFolder(config.Dir); err != nil {
		return err
	}
	listen := config.Listen
	if listen == "" {
		listen = Loopback
	}
	reached, err := r.bind(listen)
	if err != nil {
		return err
	}
	return r.assemble(reached)
}

func (r *Receiver) takeFolder(dir string) (err error) {
	if r.dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		return err
	}
	if r.root, err = os.OpenRoot(r.dir); err != nil {
		return err
	}
	if err := r.root.MkdirAll(uploads, 0o700); err != nil {
		return err
	}
	r.lock = flock.New(filepath.Join(r.dir, private, "lock"), flock.SetPermissions(0o600))
	locked, err := r.lock.TryLock()
	if err != nil {
		return fmt.Errorf("lock folder: %w", err)
	}
	if !locked {
		return fmt.Errorf("%w: %s", ErrInUse, r.dir)
	}
	return nil
}

func (r *Receiver) bind(listen string) (address, error) {
	reached, err := loadAddress(r.root)
	if err != nil {
		return address{}, err
	}
	if r.listener, err = reached.bind(listen); err != nil {
		return address{}, err
	}
	at, ok := r.listener.Addr().(*net.TCPAddr)
	if !ok {
		return address{}, fmt.Errorf("listen: %s is not a TCP address", r.listener.Addr())
	}
	reached.Port = at.Port
	r.endpoint = "http://" + reachable(at) + "/" + reached.Secret + "/"
	return reached, reached.save(r.root)
}

func (r *Receiver) assemble(reached address) error {
	known := &records{root: r.root, log: r.log}
	front := &desk{root: r.root, folder: newFolder(r.root), records: known, log: r.log}
	if err := front.repair(); err != nil {
		return fmt.Errorf("repair: %w", err)
	}
	files := newStore(filepath.Join(r.dir, filepath.FromSlash(uploads)), front, r.log)
	composer := handler.NewStoreComposer()
	files.useIn(composer)
	composer.UseLocker(locks{memorylocker.New()})
	tus, err := handler.NewHandler(handler.Config{
		StoreComposer:   composer,
		BasePath:        "/" + reached.Secret + "/",
		DisableDownload: true,
		Cors:            &handler.CorsConfig{Disable: true},
		Logger:          tusdlog.New(quietLog{r.log}),
		// The store's work does not end with the request, so nothing needs to
		// outlive it.
		GracefulRequestCompletionTimeout: time.Millisecond,
		PreFinishResponseCallback: func(event handler.HookEvent) (handler.HTTPResponse, error) {
			return handler.HTTPResponse{}, files.finish(event.Upload)
		},
	})
	if err != nil {
		return err
	}
	r.handler = r.gate(reached.Secret, tus)
	return nil
}

// gate lets through what knows the secret; to the rest there is nothing here.
func (r *Receiver) gate(secret string, next http.Handler) http.Handler {
	open := http.StripPrefix("/"+secret, interruptible(r.stopped, next))
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if !r.running.TryRLock() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		defer r.running.RUnlock()
		said, _, _ := strings.Cut(strings.TrimPrefix(request.URL.Path, "/"), "/")
		if subtle.ConstantTimeCompare([]byte(said), []byte(secret)) != 1 {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		open.ServeHTTP(w, request)
	})
}

// Endpoint is the URL at which uploads are created. It holds a secret.
func (r *Receiver) Endpoint() string { return r.endpoint }

// Dir is the absolute path of the folder files go to.
func (r *Receiver) Dir() string { return r.dir }

// Serve answers requests until ctx ends, and closes the receiver. Uploads on
// their way are interrupted then; what arrived of them is kept. It returns nil
// when ctx ended, and is called once.
func (r *Receiver) Serve(ctx context.Context) error {
	server := &http.Server{
		Handler:           r.handler,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		ErrorLog:          slog.NewLogLogger(r.log.Handler(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(r.listener) }()

	var ended error
	select {
	case ended = <-served:
		r.end(server)
	case <-ctx.Done():
		r.end(server)
		ended = <-served
	}
	if errors.Is(ended, http.ErrServerClosed) {
		ended = nil
	}
	r.running.Lock() // for good: connections that are still being served may bring no more requests
	if err := errors.Join(ended, r.Close()); err != nil {
		return fmt.Errorf("receive: %w", err)
	}
	return nil
}

// end interrupts the uploads on their way and lets their requests be answered,
// for a moment.
func (r *Receiver) end(server *http.Server) {
	r.stop(handler.ErrServerShutdown)
	patience, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	if server.Shutdown(patience) == nil {
		return
	}
	if err := server.Close(); err != nil {
		r.log.Debug("close connections", "error", err)
	}
}

// Close gives the folder and the address free. Serve does it by itself; calling
// it again does nothing.
func (r *Receiver) Close() error { return r.close() }

func (r *Receiver) release() error {
	r.stop(nil)
	var failed []error
	if r.listener != nil {
		if err := r.listener.Close(); !errors.Is(err, net.ErrClosed) {
			failed = append(failed, err)
		}
	}
	if r.lock != nil {
		failed = append(failed, r.lock.Unlock())
	}
	if r.root != nil {
		failed = append(failed, r.root.Close())
	}
	return errors.Join(failed...)
}
