package instance

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"
)

var (
	// ErrNotListening is returned by [Call] when no instance listens, at least not
	// yet.
	ErrNotListening = errors.New("no instance is listening")

	// ErrClosed is returned by [Call] when the connection ends before the response
	// does.
	ErrClosed = errors.New("other instance closed the connection")
)

// RequestError is an error that the running instance returned for a request.
type RequestError struct {
	Message string // text for the user
	Usage   bool   // the request's arguments are invalid
}

func (e *RequestError) Error() string { return e.Message }

// Call sends a request to the instance that the instance file at path describes,
// and calls handle for each value of the response, on the caller's goroutine. The
// error is [ErrNotListening], [ErrClosed], a *[RequestError], handle's or ctx's.
func Call(ctx context.Context, path string, request Request, handle func(json.RawMessage) error) error {
	line, err := encodeRequest(request)
	if err != nil {
		return err
	}
	f, err := readInstanceFile(path)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotListening, err)
	}
	conn, err := (&net.Dialer{Timeout: ioTimeout}).DialContext(ctx, "tcp", f.Address)
	if err != nil {
		return errors.Join(ctx.Err(), fmt.Errorf("%w: %w", ErrNotListening, err))
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	if _, err := conn.Write(append([]byte(f.Token+"\n"), line...)); err != nil {
		return errors.Join(ctx.Err(), fmt.Errorf("%w: %w", ErrClosed, err))
	}
	return readResponse(ctx, bufio.NewReader(conn), handle)
}

func readResponse(ctx context.Context, from *bufio.Reader, handle func(json.RawMessage) error) error {
	for {
		line, err := readLine(from, maxResponseLine)
		if err != nil {
			return errors.Join(ctx.Err(), fmt.Errorf("%w: %w", ErrClosed, err))
		}
		var got response
		if err := json.Unmarshal(line, &got); err != nil {
			return fmt.Errorf("decode response: %w", err)
		}
		switch {
		case got.End && got.Error != "":
			return &RequestError{Message: got.Error, Usage: got.Misuse}
		case got.End:
			return nil
		}
		if err := handle(got.Value); err != nil {
			return err
		}
	}
}
