package instance

import (
	"bufio"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"
)

// ioTimeout is how long a client may take to connect, to send its token and
// request, or to receive one line of the response.
const ioTimeout = 10 * time.Second

// Handler executes one request, on a separate goroutine. Each value passed to
// reply becomes one line of the response. The client receives the text of the
// returned error. ctx ends when the client disconnects or the server closes.
type Handler func(ctx context.Context, request Request, reply func(value any) error) error

// Server accepts requests from other instances.
type Server struct {
	path     string
	token    string
	listener net.Listener
	handler  Handler
	log      *slog.Logger
	stop     context.CancelFunc
	ctx      context.Context //nolint:containedctx // the server's lifetime, ended by Close
	tasks    sync.WaitGroup

	mu     sync.Mutex
	active int           // number of requests that are being handled
	idle   chan struct{} // closed while active is 0
}

// Listen starts a server on a free loopback port and writes the instance file at
// path. The caller must hold the profile's [Lock].
func Listen(path string, handler Handler, log *slog.Logger) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for other instances: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &Server{
		path: path, token: newToken(), listener: listener, handler: handler, log: log, ctx: ctx, stop: stop,
		idle: make(chan struct{}),
	}
	close(s.idle)
	if err := (instanceFile{listener.Addr().String(), s.token}).write(path); err != nil {
		stop()
		return nil, errors.Join(fmt.Errorf("write instance file: %w", err), listener.Close())
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
	err := os.Remove(s.path)
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
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
			s.log.Warn("accept connection from another instance failed", "err", err)
			select {
			case <-time.After(100 * time.Millisecond): // most likely there are no free file descriptors
			case <-s.ctx.Done():
				return
			}
		default:
			s.tasks.Go(func() { s.serve(conn) })
		}
	}
}

func (s *Server) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	// Set before AfterFunc, which may already run and whose deadline must remain.
	_ = conn.SetReadDeadline(time.Now().Add(ioTimeout))
	stopInterrupt := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stopInterrupt()

	from := bufio.NewReader(conn)
	token, err := readLine(from, maxTokenLine)
	if err != nil || subtle.ConstantTimeCompare(token, []byte(s.token)) != 1 {
		s.log.Warn("rejected connection without valid token")
		return
	}
	s.begin()
	defer s.finish()
	line, err := readLine(from, maxRequestLine)
	if err != nil {
		s.log.Warn("read request failed", "err", err)
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	if ctx.Err() != nil {
		return
	}
	s.tasks.Go(func() { cancelOnDisconnect(from, cancel) })
	s.respond(ctx, conn, line)
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
