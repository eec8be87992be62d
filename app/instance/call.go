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
	// ErrNobody says that nobody listens for this profile, at least not yet.
	ErrNobody = errors.New("nobody listens for this profile")

	// ErrLeft says that the holder ended before its answer did.
	ErrLeft = errors.New("the other instance ended")
)

// RefusedError is what the holder of the profile said instead of carrying out
// the request, in words for people.
type RefusedError struct {
	Reason string
	Misuse bool // what was asked for makes no sense
}

func (e *RefusedError) Error() string { return e.Reason }

// Call hands a request to the program that listens where the file at path says,
// and gives each line of the answer to take, on the caller's goroutine. It fails
// with ErrNobody, ErrLeft, a *RefusedError, take's error or ctx's.
func Call(ctx context.Context, path string, request Request, take func(json.RawMessage) error) error {
	line, err := encodeRequest(request)
	if err != nil {
		return err
	}
	m, err := readMeeting(path)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNobody, err)
	}
	conn, err := (&net.Dialer{Timeout: patience}).DialContext(ctx, "tcp", m.Address)
	if err != nil {
		return errors.Join(ctx.Err(), fmt.Errorf("%w: %w", ErrNobody, err))
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	if _, err := conn.Write(append([]byte(m.Token+"\n"), line...)); err != nil {
		return errors.Join(ctx.Err(), fmt.Errorf("%w: %w", ErrLeft, err))
	}
	return listen(ctx, bufio.NewReader(conn), take)
}

func listen(ctx context.Context, from *bufio.Reader, take func(json.RawMessage) error) error {
	for {
		line, err := readLine(from, answerMost)
		if err != nil {
			return errors.Join(ctx.Err(), fmt.Errorf("%w: %w", ErrLeft, err))
		}
		var got answer
		if err := json.Unmarshal(line, &got); err != nil {
			return fmt.Errorf("decode answer: %w", err)
		}
		switch {
		case got.End && got.Error != "":
			return &RefusedError{Reason: got.Error, Misuse: got.Misuse}
		case got.End:
			return nil
		}
		if err := take(got.Value); err != nil {
			return err
		}
	}
}
