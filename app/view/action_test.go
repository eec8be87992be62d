package view

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestButtons(t *testing.T) {
	toStudio := func(t *uploader.Transfer) { t.Server = 2 }
	inPhase := func(phase uploader.Phase) func(*uploader.Transfer) {
		return func(t *uploader.Transfer) { t.Phase = phase }
	}
	tests := []struct {
		name string
		t    *uploader.Transfer
		want []Action
	}{
		{"queued", apptest.Transfer(1), []Action{ActionPause, ActionCancel}},
		{"uploading", apptest.Transfer(1, apptest.Sending), []Action{ActionPause, ActionCancel}},
		{"paused", apptest.Transfer(1, apptest.Paused), []Action{ActionResume, ActionCancel}},
		{"offline", apptest.Transfer(1, apptest.Waiting(fault.Offline)), []Action{ActionRetry, ActionPause, ActionCancel}},
		{"another program writes the file", apptest.Transfer(1, apptest.WaitingForFile), []Action{ActionUploadAsIs, ActionPause, ActionCancel}},
		{"another program wrote the file for too long", apptest.Transfer(1, apptest.WaitingForFile, inPhase(uploader.PhaseFailed)), []Action{ActionUploadAsIs, ActionRetry, ActionRemove}},
		{"another program locks the file", apptest.Transfer(1, apptest.Waiting(fault.SourceBusy)), []Action{ActionPause, ActionCancel}},
		{"file changed", apptest.Transfer(1, apptest.Failed(fault.SourceChanged)), []Action{ActionRetry, ActionRemove}},
		{"too large for its server", apptest.Transfer(1, apptest.Failed(fault.TooLarge)), []Action{ActionOtherServer, ActionRemove}},
		{"refused", apptest.Transfer(1, apptest.Failed(fault.Refused)), []Action{ActionRetry, ActionRemove}},
		{"done, to this computer", apptest.Transfer(1, apptest.Done), []Action{ActionReveal, ActionRemove}},
		{"done, to a server", apptest.Transfer(1, apptest.Done, apptest.Acknowledged(4*apptest.Gigabyte), toStudio), []Action{ActionCopyLink, ActionRemove}},
		{"missing", apptest.Transfer(1, apptest.Failed(fault.SourceMissing)), []Action{ActionLocate, ActionRemove}},
		{"already uploaded", apptest.Transfer(1, apptest.Failed(fault.AlreadyUploaded), toStudio), []Action{ActionRetry, ActionCopyPriorLink, ActionRemove}},
		{"response lost", responseLost(), []Action{ActionRetry, ActionRemove}},
		{"ambiguous match", apptest.Transfer(1, apptest.Failed(fault.AmbiguousMatch)), []Action{ActionContinue, ActionRetry, ActionRemove}},
		{"changed", apptest.Transfer(1, apptest.Failed(fault.SourceChanged)), []Action{ActionRetry, ActionRemove}},
		{"name exists", apptest.Transfer(1, apptest.Failed(fault.Exists), toStudio), []Action{ActionExists, ActionRemove}},
		{"skipped, since its name exists", apptest.Transfer(1, apptest.Failed(fault.Exists), inPhase(uploader.PhaseCancelled)), []Action{ActionRetry, ActionRemove}},
		{"not allowed", forbidden(), []Action{ActionSignIn, ActionRetry, ActionRemove}},
		{"not comparable", notComparable(), []Action{ActionContinue, ActionRetry, ActionRemove}},
		{"upload URL with data", uploadHasData(), []Action{ActionContinue, ActionRetry, ActionRemove}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, situationOf([]*uploader.Transfer{test.t}).buttons()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// uploadHasData returns a transfer whose given upload URL already has data.
func uploadHasData() *uploader.Transfer {
	t := apptest.Transfer(1, apptest.Failed(fault.Refused))
	t.Fault = fault.NewUploadHasData(5_000_000, 9_000_000)
	return t
}

func TestUploadURLWithDataAsksUser(t *testing.T) {
	apptest.LoadEnglish(t)
	transfer := uploadHasData()
	want := "already holds 5.0 MB, which may not be of “" + transfer.Source.Name() + "”. If it is the beginning of this file, continue after it."
	if got := words.Row(&uploader.Snapshot{}, transfer, 0, time.Time{}); !strings.Contains(got, want) {
		t.Errorf("row is %q, want it to contain %q", got, want)
	}
}

// forbidden returns a transfer that the server does not allow, for a reason that it gives.
func forbidden() *uploader.Transfer {
	t := apptest.Transfer(1, apptest.Failed(fault.Refused))
	f := *t.Fault
	f.Code, f.Status, t.Fault = fault.CodeForbidden, 403, &f
	return t
}

// responseLost returns a transfer of which the server may have everything.
func responseLost() *uploader.Transfer {
	t := apptest.Transfer(1, apptest.Failed(fault.Gone))
	t.Server = 2
	f := *t.Fault
	f.Code, t.Fault = fault.CodeResponseLost, &f
	return t
}

// notComparable returns a transfer that stopped because its file cannot be compared with
// what was sent.
func notComparable() *uploader.Transfer {
	t := apptest.Transfer(1, apptest.Failed(fault.SourceChanged))
	f := *t.Fault
	f.Code, t.Fault = fault.CodeNotComparable, &f
	return t
}

func TestFileThatCannotBeComparedAsksUser(t *testing.T) {
	apptest.LoadEnglish(t)
	transfer := notComparable()
	situation := situationOf([]*uploader.Transfer{transfer})
	var labels []string
	for _, action := range situation.buttons() {
		labels = append(labels, words.Text(situation.Label(action)))
	}
	if diff := cmp.Diff([]string{"Continue", "Start over", "Remove from list"}, labels); diff != "" {
		t.Error(diff)
	}
	if got := words.Row(&uploader.Snapshot{}, transfer, 0, time.Time{}); got != "May be another file" {
		t.Errorf("state is %q", got)
	}
}

func TestLinksOfSeveralFilesAreCalledLinks(t *testing.T) {
	apptest.LoadEnglish(t)
	done := func(id uploader.TransferID) *uploader.Transfer {
		return apptest.Transfer(id, apptest.Done, func(t *uploader.Transfer) { t.Server, t.Session.URL = 2, "https://studio.example/1" })
	}
	for want, transfers := range map[string][]*uploader.Transfer{
		"Copy link": {done(1)}, "Copy links": {done(1), done(2)},
	} {
		if got := words.Text(situationOf(transfers).Label(ActionCopyLink)); got != want {
			t.Errorf("%d files: %q, want %q", len(transfers), got, want)
		}
	}
}
