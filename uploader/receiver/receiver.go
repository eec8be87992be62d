// Package receiver implements the tus server inside this program, which receives uploads
// into a folder: the destination "This computer".
//
// Unfinished uploads are in .ferry/uploads in that folder until they are resumed or
// terminated; they do not expire. A finished file is moved to its final path before the
// response to its last request. The move does not overwrite files and does not leave the
// folder, whatever the metadata of the upload is. After a crash at any point, Open finishes
// what was interrupted. The port and the secret part of the URL are saved, so that upload
// URLs stay valid between runs.
//
// One receiver at a time uses a folder; a second Open of it fails with ErrInUse. All
// methods may be called from any goroutine. Disk errors are logged, and the response is
// ERR_DISK or ERR_DISK_FULL.
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

// ErrInUse means that another receiver uses the folder.
var ErrInUse = errors.New("folder is in use by another receiver")

// Loopback is the default of Config.Listen: this computer only, any port.
const Loopback = "127.0.0.1:0"

const (
	headerTimeout   = 30 * time.Second
	idleTimeout     = 2 * time.Minute
	shutdownTimeout = 2 * time.Second
)

// Config configures a Receiver.
type Config struct {
	Dir    string       // the folder; created if it does not exist
	Listen string       // host:port; "" means Loopback. Use another host only at the user's request
	Log    *slog.Logger // nil: no log
}

// Receiver receives uploads into one folder.
type Receiver struct {
	dir      string
	endpoint string
	lock     *flock.Flock
	root     *os.Root
	listener net.Listener
	handler  http.Handler
	log      *slog.Logger
	requests sync.RWMutex    // read-locked by each request, locked by shutdown
	stopped  context.Context //nolint:containedctx // ends the bodies of all requests
	stop     context.CancelCauseFunc
	close    func() error
}

// Open locks the folder, finishes what a crash interrupted, and listens. Requests are
// handled once Serve is called.
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
	if err := r.lockFolder(config.Dir); err != nil {
		return err
	}
	listen := config.Listen
	if listen == "" {
		listen = Loopback
	}
	endpoint, err := r.listen(listen)
	if err != nil {
		return err
	}
	return r.newHandler(endpoint.Secret)
}

func (r *Receiver) lockFolder(dir string) (err error) {
	if r.dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		return err
	}
	if r.root, err = os.OpenRoot(r.dir); err != nil {
		return err
	}
	if err := r.root.MkdirAll(uploadsDir, 0o700); err != nil {
		return err
	}
	r.lock = flock.New(filepath.Join(r.dir, privateDir, "lock"), flock.SetPermissions(0o600))
	locked, err := r.lock.TryLock()
	if err != nil {
		return fmt.Errorf("lock folder: %w", err)
	}
	if !locked {
		return fmt.Errorf("%w: %s", ErrInUse, r.dir)
	}
	return nil
}

func (r *Receiver) listen(address string) (endpoint, error) {
	e, err := loadEndpoint(r.root)
	if err != nil {
		return endpoint{}, err
	}
	if r.listener, err = e.listen(address); err != nil {
		return endpoint{}, err
	}
	at, ok := r.listener.Addr().(*net.TCPAddr)
	if !ok {
		return endpoint{}, fmt.Errorf("listen: %s is not a TCP address", r.listener.Addr())
	}
	e.Port = at.Port
	r.endpoint = "http://" + publicHost(at) + "/" + e.Secret + "/"
	return e, e.save(r.root)
}

// newHandler repairs the folder and sets r.handler.
func (r *Receiver) newHandler(secret string) error {
	finisher := &finisher{root: r.root, folder: newFolder(r.root), retention: &retention{root: r.root, log: r.log}, log: r.log}
	if err := finisher.repair(); err != nil {
		return fmt.Errorf("repair: %w", err)
	}
	store := newStore(filepath.Join(r.dir, filepath.FromSlash(uploadsDir)), finisher, r.log)
	composer := handler.NewStoreComposer()
	store.useIn(composer)
	composer.UseLocker(locker{memorylocker.New()})
	tus, err := handler.NewHandler(handler.Config{
		StoreComposer:   composer,
		BasePath:        "/" + secret + "/",
		DisableDownload: true,
		Cors:            &handler.CorsConfig{Disable: true},
		Logger:          tusdlog.New(debugHandler{r.log}),
		// The store ignores the request's context, so the context need not outlive the
		// request.
		GracefulRequestCompletionTimeout: time.Millisecond,
		PreFinishResponseCallback: func(event handler.HookEvent) (handler.HTTPResponse, error) {
			return handler.HTTPResponse{}, store.finish(event.Upload)
		},
	})
	if err != nil {
		return err
	}
	r.handler = r.requireSecret(secret, tus)
	return nil
}

// requireSecret returns a handler that calls next for paths below the secret. All others
// are not found.
func (r *Receiver) requireSecret(secret string, next http.Handler) http.Handler {
	authorized := http.StripPrefix("/"+secret, interruptible(r.stopped, next))
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if !r.requests.TryRLock() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		defer r.requests.RUnlock()
		first, _, _ := strings.Cut(strings.TrimPrefix(request.URL.Path, "/"), "/")
		if subtle.ConstantTimeCompare([]byte(first), []byte(secret)) != 1 {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		authorized.ServeHTTP(w, request)
	})
}

// Endpoint returns the URL at which uploads are created. It contains a secret.
func (r *Receiver) Endpoint() string { return r.endpoint }

// Dir returns the absolute path of the folder.
func (r *Receiver) Dir() string { return r.dir }

// Serve handles requests until ctx ends, and then closes the receiver. Running uploads are
// interrupted; the bytes that arrived are kept. It returns nil if ctx ended. It must be
// called once.
func (r *Receiver) Serve(ctx context.Context) error {
	server := &http.Server{
		Handler:           r.handler,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		ErrorLog:          slog.NewLogLogger(r.log.Handler(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(r.listener) }()

	var serveErr error
	select {
	case serveErr = <-served:
		r.shutDown(server)
	case <-ctx.Done():
		r.shutDown(server)
		serveErr = <-served
	}
	if errors.Is(serveErr, http.ErrServerClosed) {
		serveErr = nil
	}
	r.requests.Lock() // never unlocked: connections that are still open get no more requests handled
	if err := errors.Join(serveErr, r.Close()); err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// shutDown interrupts running uploads and waits up to shutdownTimeout for the responses.
func (r *Receiver) shutDown(server *http.Server) {
	r.stop(handler.ErrServerShutdown)
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	if server.Shutdown(ctx) == nil {
		return
	}
	if err := server.Close(); err != nil {
		r.log.Debug("close connections failed", "error", err)
	}
}

// Close unlocks the folder and stops listening. Serve calls it. Further calls do nothing
// and return the same error.
func (r *Receiver) Close() error { return r.close() }

func (r *Receiver) release() error {
	r.stop(nil)
	var errs []error
	if r.listener != nil {
		if err := r.listener.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if r.lock != nil {
		errs = append(errs, r.lock.Unlock())
	}
	if r.root != nil {
		errs = append(errs, r.root.Close())
	}
	return errors.Join(errs...)
}
