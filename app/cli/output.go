package cli

import (
	"errors"
	"io"
	"sync"

	"github.com/ferryapp/ferry/app/words"
)

// Output is the standard output. It keeps the first error of a write, since what prints
// help ignores errors. Its methods may be called from any goroutine.
type Output struct {
	to io.Writer

	mu  sync.Mutex
	err error
}

// NewOutput returns an Output that writes to w.
func NewOutput(w io.Writer) *Output { return &Output{to: w} }

// Write implements io.Writer. The error is a *[UserError], or that of a broken pipe, which
// no one reads.
func (o *Output) Write(p []byte) (int, error) {
	n, err := o.to.Write(p)
	if err == nil {
		return n, nil
	}
	if !isBrokenPipe(err) {
		cause := err
		for unwrapped := errors.Unwrap(cause); unwrapped != nil; unwrapped = errors.Unwrap(cause) {
			cause = unwrapped
		}
		err = userError("cli.output", words.Data{"Reason": words.Printable(cause.Error())})
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		o.err = err
	}
	return n, err
}

// Check returns err, or the error of an earlier write if err is nil or help was printed.
func (o *Output) Check(err error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil && (err == nil || errors.Is(err, ErrHelp)) {
		return o.err
	}
	return err
}
