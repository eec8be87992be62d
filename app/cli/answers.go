package cli

import (
	"context"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// Answers are the flags that answer what the window would ask about a file. As in
// parse.go, placeholder is what the help shows for a value.
type Answers struct {
	Again   string `enum:",yes,no" default:"" placeholder:"yes|no" help:"${help_again}"`
	Earlier string `enum:",use,ignore" default:"" placeholder:"use|ignore" help:"${help_earlier}"`
	Changed string `enum:",restart,fail" default:"" placeholder:"restart|fail" help:"${help_changed}"`
	Exists  string `enum:",overwrite,rename,skip,fail" default:"" placeholder:"overwrite|rename|skip|fail" help:"${help_exists}"`
}

// ForRequest returns the answers as part of a request.
func (a Answers) ForRequest() instance.Answers { return instance.Answers(a) }

// answerFor returns the function that answers the questions of failed transfers.
func answerFor(answers instance.Answers) func(*uploader.Transfer) feed.Answer {
	return func(t *uploader.Transfer) feed.Answer {
		switch {
		case mayBeUploaded(t) && answers.Again == instance.AnswerNo:
			return feed.Skip
		case mayBeUploaded(t) && answers.Again == instance.AnswerYes:
			return feed.StartOver
		case t.Fault.Kind == fault.AmbiguousMatch && answers.Earlier == instance.AnswerUse:
			return feed.ContinueEarlier
		case t.Fault.Kind == fault.AmbiguousMatch && answers.Earlier == instance.AnswerIgnore:
			return feed.StartOver
		case t.NotComparable() && answers.Earlier == instance.AnswerUse:
			return feed.ContinueEarlier
		case t.NotComparable() && !t.UploadHasData() && answers.Earlier == instance.AnswerIgnore:
			return feed.StartOver
		case t.NameExists():
			return existsAnswers[answers.Exists]
		case t.State() == uploader.StateChanged && answers.Changed == instance.AnswerRestart:
			return feed.StartOver
		default:
			return feed.LeaveOpen
		}
	}
}

// mayBeUploaded reports whether a failed transfer asks whether to upload again what the
// server has or may have.
func mayBeUploaded(t *uploader.Transfer) bool {
	return t.Fault.Kind == fault.AlreadyUploaded || t.Fault.Code == fault.CodeResponseLost
}

// existsAnswers are the answers for a file whose name exists on the server. Those of a
// request to send are a part of the batch already, and are not asked for.
var existsAnswers = map[string]feed.Answer{
	instance.AnswerOverwrite: feed.Overwrite, instance.AnswerRename: feed.Rename, instance.AnswerSkip: feed.Skip,
}

// existsPolicy returns the policy of a batch for an answer. The server must be known to be
// able to overwrite if that is the answer; otherwise it fails with a *[UsageError].
func existsPolicy(answer string, server uploader.Server) (uploader.ExistsPolicy, error) {
	if answer == instance.AnswerFail {
		return uploader.ExistsAsk, nil
	}
	policy, err := uploader.ParseExistsPolicy(answer)
	if err == nil && policy == uploader.ExistsOverwrite && !server.Options.CanOverwrite() {
		return policy, usageError("cli.usage.overwrite", words.Data{"Server": words.Server(server)})
	}
	return policy, err
}

// possible returns a function that leaves a question open if the server of the transfer
// does not allow the answer.
func (x *Executor) possible(answer func(*uploader.Transfer) feed.Answer) func(*uploader.Transfer) feed.Answer {
	return func(t *uploader.Transfer) feed.Answer {
		given := answer(t)
		if server, _ := x.Engine.Snapshot().ServerInUse(t.Server); given == feed.Overwrite && !server.Options.CanOverwrite() {
			return feed.LeaveOpen
		}
		return given
	}
}

// act carries out an answer.
func (x *Executor) act(ctx context.Context, answer feed.Answer, ids []uploader.TransferID) error {
	target := uploader.TargetTransfers(ids...)
	switch answer {
	case feed.ContinueEarlier:
		return x.Engine.Do(ctx, uploader.ContinueEarlier{Target: target})
	case feed.Overwrite:
		return x.Engine.Do(ctx, uploader.ResolveExists{Target: target, Policy: uploader.ExistsOverwrite})
	case feed.Rename:
		return x.Engine.Do(ctx, uploader.ResolveExists{Target: target, Policy: uploader.ExistsRename})
	case feed.Skip:
		return x.Engine.Do(ctx, uploader.Remove{Target: target})
	default:
		return x.Engine.Do(ctx, uploader.Retry{Target: target})
	}
}
