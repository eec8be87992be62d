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

// patience is how long a caller may take to say what it wants, or to take a line
// of its answer.
const patience = 10 * time.Second

// Handler carries out one request, on a goroutine of its own. Each value given to
// answer becomes a line of the caller's answer; the error it returns is told to
// the caller in its own words. ctx ends when the caller is gone or the server
// closes.
type Handler func(ctx context.Context, request Request, answer func(value any) error) error

// Server is where the holder of a profile listens.
type Server struct {
	path     string
	token    string
	listener net.Listener
	handler  Handler
	log      *slog.Logger
	stop     context.CancelFunc
	ctx      context.Context //nolint:containedctx // the server's own life, ended by Close
	tasks    sync.WaitGroup

	mu     sync.Mutex
	active int
	idle   chan struct{} // closed while nobody is being answered
}

// Listen starts to answer callers, and tells where in the file at path. Only the
// holder of the profile's lock may call it.
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
	if err := (meeting{listener.Addr().String(), s.token}).write(path); err != nil {
		stop()
		return nil, errors.Join(fmt.Errorf("tell other instances: %w", err), listener.Close())
	}
	s.tasks.Go(s.accept)
	return s, nil
}

// Drain waits until nobody is being answered any more, or ctx ends. Callers are
// answered meanwhile.
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

// Close ends all answers, waits for their handlers, and removes the file.
func (s *Server) Close() error {
	err := os.Remove(s.path)
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	s.stop()
	err = errors.Join(err, s.listener.Close())
	s.tasks.Wait()
	if err != nil {
		return fmt.Errorf("stop listening for other instances: %w", err)
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
			s.log.Warn("accept another instance", "err", err)
			select {
			case <-time.After(100 * time.Millisecond): // out of descriptors, most likely
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
	_ = conn.SetReadDeadline(time.Now().Add(patience)) // before the hang-up, which it must not take back
	hangUp := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })
	defer hangUp()

	from := bufio.NewReader(conn)
	token, err := readLine(from, tokenMost)
	if err != nil || subtle.ConstantTimeCompare(token, []byte(s.token)) != 1 {
		s.log.Warn("refused a caller without the token")
		return
	}
	s.begin()
	defer s.finish()
	line, err := readLine(from, requestMost)
	if err != nil {
		s.log.Warn("read request", "err", err)
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	if ctx.Err() != nil {
		return
	}
	s.tasks.Go(func() { watch(from, cancel) })
	s.answer(ctx, conn, line)
}

// watch reads until the caller hangs up; it has nothing more to say.
func watch(from *bufio.Reader, cancel func()) {
	defer cancel()
	_, _ = from.ReadByte()
}

func (s *Server) answer(ctx context.Context, conn net.Conn, line []byte) {
	write := func(a answer) error {
		text, err := json.Marshal(a)
		if err != nil {
			return fmt.Errorf("encode answer: %w", err)
		}
		_ = conn.SetWriteDeadline(time.Now().Add(patience))
		_, err = conn.Write(append(text, '\n'))
		return err
	}
	request, err := decodeRequest(line)
	if err == nil {
		s.log.Info("another program asks for something", "command", request.Command)
		err = s.handler(ctx, request, func(value any) error {
			text, err := json.Marshal(value)
			if err != nil {
				return fmt.Errorf("encode answer: %w", err)
			}
			return write(answer{Value: text})
		})
	}
	if ctx.Err() != nil {
		return // the caller is gone, or sees by the missing end that this program is
	}
	end := answer{End: true}
	if err != nil {
		end.Error = err.Error()
		refused, ok := errors.AsType[*RefusedError](err)
		end.Misuse = ok && refused.Misuse
	}
	if err := write(end); err != nil {
		s.log.Debug("end answer", "err", err)
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
