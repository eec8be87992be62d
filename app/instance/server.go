package instance

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"sync"
	"time"
)

const (
	// proofTimeout is how long both sides may take to connect and to prove that they
	// know the token.
	proofTimeout = 3 * time.Second

	// ioTimeout is how long a client may then take to send its request, or to receive
	// one line of the response.
	ioTimeout = 10 * time.Second
)

// Handler executes one request, on a separate goroutine. Each value passed to
// reply becomes one line of the response. The client receives the text of the
// returned error. ctx ends when the client disconnects or the server closes.
type Handler func(ctx context.Context, request Request, reply func(value any) error) error

// Server accepts requests from other instances.
type Server struct {
	path     string
	file     instanceFile
	listener net.Listener
	handler  Handler
	log      *slog.Logger
	stop     context.CancelFunc
	ctx      context.Context //nolint:containedctx // the server's lifetime, ended by Close
	tasks    sync.WaitGroup
	unproven unprovenConns
	problems problemLog

	mu     sync.Mutex
	active int           // number of requests that are being handled
	idle   chan struct{} // closed while active is 0
}

// Listen starts a server for the profile in the folder of path, and writes the instance
// file at path. The caller must hold the profile's [Lock].
func Listen(path string, handler Handler, log *slog.Logger) (*Server, error) {
	listener, at, err := listen(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("listen for other instances: %w", err)
	}
	return serveAt(path, listener, at, handler, log)
}

// serveAt is [Listen] with a listener and its address.
func serveAt(path string, listener net.Listener, at endpoint, handler Handler, log *slog.Logger) (*Server, error) {
	ctx, stop := context.WithCancel(context.Background())
	s := &Server{
		path: path, file: instanceFile{at, newToken()}, listener: listener, handler: handler, log: log, ctx: ctx, stop: stop,
		idle: make(chan struct{}),
	}
	s.problems.log = log
	close(s.idle)
	if err := s.file.write(path); err != nil {
		stop()
		return nil, errors.Join(fmt.Errorf("write instance file: %w", err), listener.Close())
	}
	if _, err := readInstanceFile(path); err != nil {
		log.Warn("other instances cannot hand over their files", "err", err)
	}
	s.tasks.Go(s.accept)
	return s, nil
}

// Drain waits until no request is being handled, or ctx ends. The server continues
// to accept requests meanwhile.
func (s *Server) Drain(ctx context.Context) {
	for {
		s.mu.Lock()
		idle, active := s.idle, s.active
		s.mu.Unlock()
		if active == 0 {
			return
		}
		select {
		case <-idle:
		case <-ctx.Done():
			return
		}
	}
}

// Close removes the instance file, ends all responses and waits for the handlers.
func (s *Server) Close() error {
	err := removeIfExists(s.path)
	s.stop()
	err = errors.Join(err, s.listener.Close())
	s.tasks.Wait()
	if err != nil {
		return fmt.Errorf("close server for other instances: %w", err)
	}
	return nil
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		switch {
		case s.ctx.Err() != nil:
			if err == nil {
				_ = conn.Close()
			}
			return
		case err != nil:
			s.problems.report("accept connection from another instance failed", err)
			select {
			case <-time.After(100 * time.Millisecond): // most likely there are no free file descriptors
			case <-s.ctx.Done():
				return
			}
		default:
			s.admit(conn)
		}
	}
}

// admit serves a connection, unless it is another user's.
func (s *Server) admit(conn net.Conn) {
	if err := checkPeer(conn); err != nil {
		s.problems.report("rejected connection", err)
		_ = conn.Close()
		return
	}
	s.unproven.add(conn)
	s.tasks.Go(func() { s.serve(conn) })
}

func (s *Server) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()

	from := bufio.NewReader(conn)
	_ = conn.SetDeadline(time.Now().Add(proofTimeout))
	err := proveAsServer(from, conn, s.file)
	if !s.unproven.remove(conn) {
		err = errors.New("too many connections without proof")
	}
	if err != nil {
		s.problems.report("rejected connection", err)
		return
	}
	s.begin()
	defer s.finish()
	_ = conn.SetDeadline(time.Now().Add(ioTimeout))
	line, err := receiveRequest(from, conn)
	if err != nil {
		s.problems.report("read request failed", err)
		return
	}
	_ = conn.SetDeadline(time.Time{})
	if ctx.Err() != nil {
		return
	}
	s.tasks.Go(func() { cancelOnDisconnect(from, cancel) })
	s.respond(ctx, conn, line)
}

// receiveRequest tells a caller that has proved to know the token that it is accepted, and
// returns its request.
func receiveRequest(from *bufio.Reader, to io.Writer) ([]byte, error) {
	if _, err := fmt.Fprintf(to, "%s\n", accepted); err != nil {
		return nil, err
	}
	return readLine(from, maxRequestLine)
}

// cancelOnDisconnect calls cancel when the client closes the connection. A client
// sends nothing after its request.
func cancelOnDisconnect(from *bufio.Reader, cancel func()) {
	defer cancel()
	_, _ = from.ReadByte()
}

func (s *Server) respond(ctx context.Context, conn net.Conn, line []byte) {
	write := func(r response) error {
		text, err := json.Marshal(r)
		if err != nil {
			return fmt.Errorf("encode response: %w", err)
		}
		_ = conn.SetWriteDeadline(time.Now().Add(ioTimeout))
		_, err = conn.Write(append(text, '\n'))
		return err
	}
	request, err := decodeRequest(line)
	if err == nil {
		s.log.Info("request from another instance", "command", request.Command)
		err = s.handler(ctx, request, func(value any) error {
			text, err := json.Marshal(value)
			if err != nil {
				return fmt.Errorf("encode response: %w", err)
			}
			return write(response{Value: text})
		})
	}
	if ctx.Err() != nil {
		return // the client disconnected, or the server closes, which the client detects by the missing end
	}
	end := response{End: true}
	if err != nil {
		end.Error = err.Error()
		requestErr, ok := errors.AsType[*RequestError](err)
		end.Misuse = ok && requestErr.Usage
	}
	if err := write(end); err != nil {
		s.log.Debug("write end of response failed", "err", err)
	}
}

func (s *Server) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.active == 0 {
		s.idle = make(chan struct{})
	}
	s.active++
}

func (s *Server) finish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active--
	if s.active == 0 {
		close(s.idle)
	}
}
