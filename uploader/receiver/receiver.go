// Package receiver implements the tus server inside this program, which receives uploads
// into a folder: the destination "This computer".
//
// Unfinished uploads are in .ferry/uploads in that folder until they are resumed or
// terminated, or until they expire ([Config.Expiry]). A finished file is moved to its final path before the
// response to its last request. The move does not overwrite files and does not leave the
// folder, whatever the metadata of the upload is. Unless the configuration says otherwise,
// no name begins with a dot. After a crash at any point, Open finishes
// what was interrupted. The port and the secret part of the URL are saved, so that upload
// URLs stay valid between runs.
//
// A client may name what it uploads in the metadata tus.MetadataTransfer. Creating an
// upload with the same value again, since its response was lost, adds no second file: if
// the first upload is finished, the response is that of the first, and otherwise the first
// is removed. A creation whose response is an error leaves nothing.
//
// If the folder is deleted, renamed or replaced while the receiver runs, the next request
// creates the folder again.
//
// Strangers are bounded in what they can use: the header of a request, the time it takes,
// and the number of connections, of one address and in all. So are the clients that know
// the secret, in the number of unfinished uploads and, if the configuration says so, in the
// bytes that are stored.
//
// One receiver at a time uses a folder; a second Open of it fails with ErrInUse. All
// methods may be called from any goroutine. Disk errors are logged, and the response is
// one of the errors in errors.go.
package receiver

import (
	"context"
	"crypto/subtle"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	tusdlog "golang.org/x/exp/slog"
)

// ErrInUse means that another receiver uses the folder.
var ErrInUse = errors.New("folder is in use by another receiver")

// ErrPathTooLong means that the path of the folder leaves no room for the names of files.
var ErrPathTooLong = errors.New("path of the folder is too long")

// Loopback is the default of Config.Listen: this computer only, any port.
const Loopback = "127.0.0.1:0"

const (
	maxHeader       = 64 << 10 // bytes of the header fields of a request
	headerTimeout   = 10 * time.Second
	idleTimeout     = 2 * time.Minute
	shutdownTimeout = 2 * time.Second
)

// Config configures a Receiver.
type Config struct {
	Dir    string       // the folder; created if it does not exist
	Listen string       // host:port; "" means Loopback. Use another host only at the user's request
	Log    *slog.Logger // nil: no log

	TLS         *tls.Certificate // https with this certificate; nil: http
	Credentials []string         // "user:password" or tokens, one of which a request needs; none: the URL suffices

	KeepDots bool          // names that begin with a dot are not changed
	MaxSize  int64         // of one file, in bytes; 0: no limit
	MaxTotal int64         // of unfinished uploads and of the files received since Open, in bytes; 0: no limit
	Expiry   time.Duration // after which unfinished uploads without a new byte are removed; 0: never
}

// Receiver receives uploads into one folder.
type Receiver struct {
	dir      string
	config   Config
	allowed  *credentials
	endpoint string
	received atomic.Int64 // bytes of finished uploads since Open
	address  endpoint     // saved in the folder
	listener net.Listener
	handler  http.Handler
	locker   handler.Locker // of uploads
	log      *slog.Logger
	requests sync.RWMutex    // read-locked by each request, locked by shutdown
	stopped  context.Context //nolint:containedctx // ends the bodies of all requests
	stop     context.CancelCauseFunc
	close    func() error

	mu      sync.Mutex
	storage *storage // nil if the folder could not be opened again
}

// Open locks the folder, finishes what a crash interrupted, and listens. Requests are
// handled once Serve is called.
func Open(config Config) (*Receiver, error) {
	r := &Receiver{log: config.Log, config: config, allowed: newCredentials(config.Credentials)}
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

func (r *Receiver) open(config Config) (err error) {
	if r.dir, err = filepath.Abs(config.Dir); err != nil {
		return err
	}
	if namingIn(r.dir, false).maxPath < minPath {
		return fmt.Errorf("%w: %d bytes, at most %d", ErrPathTooLong, len(r.dir), maxSystemPath-1-minPath)
	}
	if r.storage, err = openStorage(r.dir); err != nil {
		return err
	}
	listen := config.Listen
	if listen == "" {
		listen = Loopback
	}
	if err := r.listen(listen); err != nil {
		return err
	}
	r.locker = locker{memorylocker.New()}
	r.handler = r.requireSecret()
	return r.serveFrom(r.storage)
}

func (r *Receiver) listen(address string) error {
	e, err := loadEndpoint(r.storage.private)
	if err != nil {
		return err
	}
	if r.listener, err = e.listen(address); err != nil {
		return err
	}
	at, ok := r.listener.Addr().(*net.TCPAddr)
	if !ok {
		return fmt.Errorf("listen: %s is not a TCP address", r.listener.Addr())
	}
	e.Port = at.Port
	r.address, r.endpoint = e, r.scheme()+"://"+publicHost(at)+"/"+e.Secret+"/"
	return e.save(r.storage.private)
}

func (r *Receiver) scheme() string {
	if r.config.TLS != nil {
		return "https"
	}
	return "http"
}

// serveFrom repairs the folder and sets the handler of its storage.
func (r *Receiver) serveFrom(s *storage) error {
	store := newStore(s.root, s.files, &budget{max: r.config.MaxTotal, received: &r.received}, namingIn(r.dir, r.config.KeepDots), r.log)
	if err := store.finisher.repair(r.stopped); err != nil {
		return fmt.Errorf("repair: %w", err)
	}
	composer := handler.NewStoreComposer()
	store.useIn(composer)
	composer.UseLocker(r.locker)
	basePath := "/" + r.address.Secret + "/"
	tus, err := handler.NewHandler(handler.Config{
		StoreComposer:   composer,
		BasePath:        basePath,
		MaxSize:         r.config.MaxSize,
		DisableDownload: true,
		Cors:            &handler.CorsConfig{Disable: true},
		Logger:          tusdlog.New(debugHandler{r.log}),
		// The store ignores the request's context, so the context need not outlive the
		// request.
		GracefulRequestCompletionTimeout: time.Millisecond,
		PreFinishResponseCallback: func(event handler.HookEvent) (handler.HTTPResponse, error) {
			return handler.HTTPResponse{}, store.finish(event.Context, event.Upload)
		},
	})
	if err != nil {
		return err
	}
	s.creations = &creationHandler{next: tus, store: store, locker: r.locker, basePath: basePath}
	return nil
}

// requireSecret returns the handler of all requests. Those to paths outside of the secret
// are not found.
func (r *Receiver) requireSecret() http.Handler {
	secret := r.address.Secret
	authorized := http.StripPrefix("/"+secret, interruptible(r.stopped, http.HandlerFunc(r.serve)))
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if !r.requests.TryRLock() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		defer r.requests.RUnlock()
		first, _, _ := strings.Cut(strings.TrimPrefix(request.URL.Path, "/"), "/")
		if subtle.ConstantTimeCompare([]byte(first), []byte(secret)) != 1 {
			w.Header().Set("Connection", "close")
			w.WriteHeader(http.StatusNotFound)
			return
		}
		if r.allowed.allow(w, request) {
			authorized.ServeHTTP(w, request)
		}
	})
}

// serve handles a request below the secret.
func (r *Receiver) serve(w http.ResponseWriter, request *http.Request) {
	s, err := r.acquire()
	if err != nil {
		writeError(w, request, diskError(r.log, "open folder", err))
		return
	}
	defer r.releaseStorage(s)
	s.creations.ServeHTTP(w, request)
}

// Endpoint returns the URL at which uploads are created. It contains a secret.
func (r *Receiver) Endpoint() string { return r.endpoint }

// Loopback reports whether only this computer can connect.
func (r *Receiver) Loopback() bool {
	at, ok := r.listener.Addr().(*net.TCPAddr)
	return ok && at.IP.IsLoopback()
}

// Unprotected reports whether the file system of the folder has no owners or modes, so that
// other users may be able to change unfinished uploads.
func (r *Receiver) Unprotected() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.storage != nil && r.storage.files.Unprotected()
}

// Dir returns the absolute path of the folder.
func (r *Receiver) Dir() string { return r.dir }

// Serve handles requests until ctx ends, and then closes the receiver. Running uploads are
// interrupted; the bytes that arrived are kept. It returns nil if ctx ended. It must be
// called once.
func (r *Receiver) Serve(ctx context.Context) error {
	server := &http.Server{
		Handler:           r.handler,
		ReadHeaderTimeout: headerTimeout,
		MaxHeaderBytes:    maxHeader,
		IdleTimeout:       idleTimeout,
		ErrorLog:          slog.NewLogLogger(r.log.Handler(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(r.limitedListener()) }()

	expiring, stopExpiring := context.WithCancel(ctx)
	var expiry sync.WaitGroup
	expiry.Go(func() { r.expireUploads(expiring) })
	defer expiry.Wait()
	defer stopExpiring()

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

// limitedListener returns the listener with its limits and, if configured, TLS.
func (r *Receiver) limitedListener() net.Listener {
	limited := limitConnections(r.listener)
	if r.config.TLS == nil {
		return limited
	}
	return tls.NewListener(limited, &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*r.config.TLS}, NextProtos: []string{"http/1.1"},
	})
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
		r.log.Debug("close connections failed", "err", err)
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
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.storage != nil {
		errs = append(errs, r.storage.close())
	}
	return errors.Join(errs...)
}
