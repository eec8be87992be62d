package instance

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
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
// error is [ErrNotListening], [ErrClosed], a *[RequestError], handle's or ctx's. With
// [ErrNotListening], which may also be [ErrUnproven] or a *[privatefile.Error], nothing of the
// request was sent.
func Call(ctx context.Context, path string, request Request, handle func(json.RawMessage) error) error {
	line, err := encodeRequest(request)
	if err != nil {
		return err
	}
	conn, from, err := connect(ctx, path)
	if err != nil {
		return errors.Join(ctx.Err(), fmt.Errorf("%w: %w", ErrNotListening, err))
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if _, err := conn.Write(line); err != nil {
		return errors.Join(ctx.Err(), fmt.Errorf("%w: %w", ErrClosed, err))
	}
	return readResponse(ctx, from, handle)
}

// connect connects to the instance that the instance file at path describes, and returns
// the connection after both sides have proved that they know the token. The reader
// reads from it.
func connect(ctx context.Context, path string) (_ net.Conn, _ *bufio.Reader, err error) {
	f, err := readInstanceFile(path)
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, proofTimeout)
	defer cancel()
	conn, err := f.endpoint.dial(ctx)
	if err != nil {
		return nil, nil, err
	}
	stopInterrupt := context.AfterFunc(ctx, func() { _ = conn.Close() })
	from := bufio.NewReader(conn)
	err = proveAsCaller(from, conn, f)
	if !stopInterrupt() {
		err = errors.Join(err, ctx.Err())
	}
	if err != nil {
		return nil, nil, errors.Join(err, conn.Close())
	}
	return conn, from, nil
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
