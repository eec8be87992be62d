package worker

import (
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/retry"
)

// notVisible returns err, the error of a request to an upload, or the fault to wait with
// if the server may only not show the upload yet. unconfirmed is that of its session or
// part.
func notVisible(err error, unconfirmed uploader.Timestamp) error {
	f := fault.Of(err)
	if f == nil || unconfirmed.IsZero() {
		return err
	}
	wait, again := retry.AwaitNewUpload(f, time.Since(unconfirmed.Time()))
	if !again {
		return err
	}
	waiting := *f
	waiting.Kind, waiting.Code, waiting.RetryAfter = fault.Transient, fault.CodeUploadNotVisible, wait
	return &waiting
}

// createdNow is the value of Unconfirmed of an upload that was just created.
func createdNow() uploader.Timestamp { return uploader.TimestampOf(time.Now()) }
