package cli

import (
	"testing"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestAnswerFor(t *testing.T) {
	for _, c := range []struct {
		name    string
		kind    fault.Kind
		answers instance.Answers
		want    feed.Answer
	}{
		{"uploaded before, open", fault.AlreadyUploaded, instance.Answers{}, feed.LeaveOpen},
		{"uploaded before, again", fault.AlreadyUploaded, instance.Answers{Again: instance.AnswerYes}, feed.StartOver},
		{"uploaded before, not again", fault.AlreadyUploaded, instance.Answers{Again: instance.AnswerNo}, feed.Skip},
		{"earlier upload, open", fault.AmbiguousMatch, instance.Answers{}, feed.LeaveOpen},
		{"earlier upload, used", fault.AmbiguousMatch, instance.Answers{Earlier: instance.AnswerUse}, feed.ContinueEarlier},
		{"earlier upload, ignored", fault.AmbiguousMatch, instance.Answers{Earlier: instance.AnswerIgnore}, feed.StartOver},
		{"changed, open", fault.SourceChanged, instance.Answers{}, feed.LeaveOpen},
		{"changed, started over", fault.SourceChanged, instance.Answers{Changed: instance.AnswerRestart}, feed.StartOver},
		{"changed, fails", fault.SourceChanged, instance.Answers{Changed: instance.AnswerFail}, feed.LeaveOpen},
		{"upload of another file, started over", fault.Mismatch, instance.Answers{Changed: instance.AnswerRestart}, feed.StartOver},
		{"another fault", fault.Refused, instance.Answers{Again: instance.AnswerYes, Earlier: instance.AnswerUse, Changed: instance.AnswerRestart}, feed.LeaveOpen},
	} {
		t.Run(c.name, func(t *testing.T) {
			failed := &uploader.Transfer{ID: 1, Phase: uploader.PhaseFailed, Fault: fault.New(c.kind, fault.Open, nil)}
			if got := answerFor(c.answers)(failed); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// TestAnswerForLostResponse tests the question whether to upload a file again that the
// server may have.
func TestAnswerForLostResponse(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers instance.Answers
		want    feed.Answer
	}{
		{"open", instance.Answers{}, feed.LeaveOpen},
		{"again", instance.Answers{Again: instance.AnswerYes}, feed.StartOver},
		{"not again", instance.Answers{Again: instance.AnswerNo}, feed.Skip},
		{"changed files start over", instance.Answers{Changed: instance.AnswerRestart}, feed.LeaveOpen},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := fault.New(fault.Gone, fault.Head, nil)
			f.Code = fault.CodeResponseLost
			lost := &uploader.Transfer{ID: 1, Phase: uploader.PhaseFailed, Fault: f}
			if got := answerFor(c.answers)(lost); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
			all := &uploader.Snapshot{Transfers: uploader.RowsOf(lost)}
			if ids := toRetry(all, feed.Unfinished(all), c.answers); len(ids) > 0 {
				t.Errorf("resume retries %v", ids)
			}
		})
	}
}

// TestAnswerForFileThatCannotBeCompared tests the question whether a file is the one that
// was partly uploaded.
func TestAnswerForFileThatCannotBeCompared(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers instance.Answers
		want    feed.Answer
	}{
		{"open", instance.Answers{}, feed.LeaveOpen},
		{"continued", instance.Answers{Earlier: instance.AnswerUse}, feed.ContinueEarlier},
		{"uploaded as a new file", instance.Answers{Earlier: instance.AnswerIgnore}, feed.StartOver},
		{"started over", instance.Answers{Changed: instance.AnswerRestart}, feed.StartOver},
		{"fails", instance.Answers{Changed: instance.AnswerFail}, feed.LeaveOpen},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := fault.New(fault.SourceChanged, fault.Open, nil)
			f.Code = fault.CodeNotComparable
			if got := answerFor(c.answers)(&uploader.Transfer{ID: 1, Phase: uploader.PhaseFailed, Fault: f}); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// TestAnswerForUploadURLWithData tests the question whether a file continues after the
// data that its given upload already has. There is no other upload to start over with.
func TestAnswerForUploadURLWithData(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers instance.Answers
		want    feed.Answer
	}{
		{"open", instance.Answers{}, feed.LeaveOpen},
		{"continued", instance.Answers{Earlier: instance.AnswerUse}, feed.ContinueEarlier},
		{"not continued", instance.Answers{Earlier: instance.AnswerIgnore}, feed.LeaveOpen},
		{"answer to another question", instance.Answers{Changed: instance.AnswerRestart}, feed.LeaveOpen},
	} {
		t.Run(c.name, func(t *testing.T) {
			failed := &uploader.Transfer{ID: 1, Phase: uploader.PhaseFailed, Fault: fault.NewUploadHasData(5, 9)}
			if got := answerFor(c.answers)(failed); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
