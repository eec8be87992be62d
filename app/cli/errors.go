package cli

import (
	"context"
	"errors"
	"syscall"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/privatefile"
	"github.com/ferryapp/ferry/uploader/receiver"
)

// The exit codes.
const (
	ExitOK          = 0   // everything was uploaded
	ExitFailed      = 1   // some transfers failed, or nothing could be started
	ExitUsage       = 2   // the arguments are invalid
	ExitInterrupted = 130 // stopped by SIGINT or SIGTERM; all state is saved
	ExitHangup      = 129 // the same by SIGHUP: the terminal was closed
	ExitBrokenPipe  = 141 // the same, as the reader of the output ended
)

// UserError is an error with a text for the user.
type UserError struct {
	Text   string
	Window string // in place of Text where it is shown in a window; "" for Text
}

func (e *UserError) Error() string { return e.Text }

func userError(key string, data words.Data) error { return &UserError{Text: words.Text(key, data)} }

// UsageError is why the arguments are invalid, in text for the user.
type UsageError struct{ Text string }

func (e *UsageError) Error() string { return e.Text }

func usageError(key string, data words.Data) error { return &UsageError{words.Text(key, data)} }

var (
	// ErrHelp is returned by [Parse] after it has printed help.
	ErrHelp = errors.New("help requested")

	// errTransfersFailed is returned when the failed transfers were already reported.
	errTransfersFailed = errors.New("some transfers failed")
)

// Reported reports whether err was already printed for the user.
// No one reads it after a broken pipe.
func Reported(err error) bool {
	return errors.Is(err, errTransfersFailed) || errors.Is(err, ErrHelp) || isBrokenPipe(err)
}

// Explain returns the text for the user that describes err.
func Explain(err error) string {
	var userErr *UserError
	var usageErr *UsageError
	var requestErr *instance.RequestError
	var unsafeErr *privatefile.Error
	switch {
	case errors.As(err, &userErr):
		return userErr.Text
	case errors.As(err, &usageErr):
		return usageErr.Text
	case errors.As(err, &unsafeErr):
		return words.Unsafe(unsafeErr)
	case errors.As(err, &requestErr):
		return words.Printable(requestErr.Message)
	case errors.Is(err, receiver.ErrInUse):
		return words.Text("cli.receive.taken")
	case errors.Is(err, instance.ErrClosed), errors.Is(err, feed.ErrStopped), errors.Is(err, engine.ErrStopped):
		return words.Text("cli.left")
	case errors.Is(err, instance.ErrUnproven):
		return words.Text("cli.unproven")
	case errors.Is(err, instance.ErrNotListening), errors.Is(err, instance.ErrLocked):
		return words.Text("cli.silent")
	case errors.Is(err, context.Canceled):
		return words.Text("cli.interrupted")
	case fault.IsExhausted(err):
		return exhausted(err)
	}
	f := fault.Of(err)
	return withServerMessage(words.Fault(f, words.Subject{File: f.Detail}).String(), f.ServerMessage)
}

// exhausted returns the text for an error for which [fault.IsExhausted] is true. If it is
// the limit of open files of this process, it has the limit.
func exhausted(err error) string {
	if limit := maxOpenFiles(); limit > 0 && errors.Is(err, syscall.EMFILE) {
		return words.Text("cli.open-files", words.Data{"Limit": words.Number(limit)})
	}
	return words.Text("cli.exhausted")
}

// ExplainInWindow is [Explain] for a text that is shown in a window.
func ExplainInWindow(err error) string {
	if userErr, ok := errors.AsType[*UserError](err); ok && userErr.Window != "" {
		return userErr.Window
	}
	return Explain(err)
}

// ExitCode returns the exit code for err, which may be nil.
func ExitCode(err error) int {
	var usageErr *UsageError
	requestErr, isRequestErr := errors.AsType[*instance.RequestError](err)
	switch {
	case err == nil, errors.Is(err, ErrHelp):
		return ExitOK
	case errors.As(err, &usageErr), isRequestErr && requestErr.Usage:
		return ExitUsage
	case errors.Is(err, context.Canceled):
		return ExitInterrupted
	case isBrokenPipe(err):
		return ExitBrokenPipe
	default:
		return ExitFailed
	}
}

// serverError returns err as text for the user that names the server by its
// endpoint. context.Canceled is returned unchanged.
func serverError(endpoint string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	f := fault.Of(err)
	text := words.Fault(f, words.Subject{Server: endpoint})
	if f.Kind == fault.Auth && f.Code != fault.CodeProxySignIn {
		text.Can = words.Text("cli.sign-in")
	}
	return &UserError{Text: text.String()}
}
