package view

import (
	"testing"

	"github.com/ferryapp/ferry/uploader"
)

func TestLinkHasReadableHost(t *testing.T) {
	done := &uploader.Transfer{Phase: uploader.PhaseDone, Server: 2, Session: uploader.Session{URL: "https://b%C3%BCcher.example/files/1"}}
	if got := Link(&uploader.Snapshot{}, done); got != "https://bücher.example/files/1" {
		t.Errorf("got %q", got)
	}
}
