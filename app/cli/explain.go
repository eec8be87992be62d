package cli

import (
	"context"
	"errors"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/receiver"
)

// Explain says an error in one sentence for people.
func Explain(err error) string {
	var sentence *Sentence
	var usage *UsageError
	var refused *instance.RefusedError
	switch {
	case errors.As(err, &sentence):
		return sentence.Text
	case errors.As(err, &usage):
		return usage.Sentence
	case errors.As(err, &refused):
		return words.Printable(refused.Reason)
	case errors.Is(err, receiver.ErrInUse):
		return words.Say("cli.receive.taken")
	case errors.Is(err, instance.ErrLeft), errors.Is(err, feed.ErrEnded), errors.Is(err, engine.ErrStopped):
		return words.Say("cli.left")
	case errors.Is(err, instance.ErrNobody), errors.Is(err, instance.ErrTaken):
		return words.Say("cli.silent")
	case errors.Is(err, context.Canceled):
		return words.Say("cli.interrupted")
	}
	f := fault.Of(err)
	return words.Fault(f, words.Subject{File: f.Detail}).String()
}

// Code is the exit code that an error means; 0 for none.
func Code(err error) int {
	var usage *UsageError
	refused, isRefused := errors.AsType[*instance.RefusedError](err)
	switch {
	case err == nil, errors.Is(err, ErrHelp):
		return ExitOK
	case errors.As(err, &usage), isRefused && refused.Misuse:
		return ExitUsage
	case errors.Is(err, context.Canceled):
		return ExitInterrupted
	default:
		return ExitFailed
	}
}

// errFailed says that some transfers failed, each of which was told already.
var errFailed = errors.New("some transfers failed")

// Told reports whether nothing is left to say about err.
func Told(err error) bool { return errors.Is(err, errFailed) || errors.Is(err, ErrHelp) }

// CheckShared fails for a fingerprint that the engine of another program, which
// runs already, cannot be given any more.
func CheckShared(fingerprint string) error {
	if fingerprint == "" {
		return nil
	}
	return say("cli.usage.fingerprint", nil)
}
