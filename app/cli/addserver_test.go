package cli

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// fakeEngine has no servers until one is saved, and keeps the last one that a run uses
// with a change. Its Test returns result and testErr.
type fakeEngine struct {
	Engine
	result  uploader.ServerTest
	testErr error
	saved   []uploader.Server
	used    uploader.Server
}

func (e *fakeEngine) Test(context.Context, uploader.Server) (uploader.ServerTest, error) {
	return e.result, e.testErr
}

func (e *fakeEngine) Snapshot() *uploader.Snapshot { return &uploader.Snapshot{Servers: e.saved} }

func (e *fakeEngine) Do(_ context.Context, command uploader.Command) error {
	if use, ok := command.(uploader.UseServer); ok {
		e.used = use.Server
		return nil
	}
	server := command.(uploader.SaveServer).Server
	server.ID = 2
	e.saved = append(e.saved, server)
	return nil
}

func TestNewServerIsSavedIfItMayAcceptUploads(t *testing.T) {
	creation := func(result uploader.CreationResult, f *fault.Fault) uploader.ServerTest {
		return uploader.ServerTest{
			Capabilities: tus.Capabilities{Response: tus.OptionsResponse{Kind: tus.OptionsNotFound, Status: 404}},
			Creation:     uploader.CreationTest{Result: result, Name: "ferry-test-1", Fault: f},
		}
	}
	refused := &fault.Fault{Kind: fault.Refused, Op: fault.Create, Status: 400, ServerMessage: "bucket missing"}
	webServer := &fault.Fault{Kind: fault.NotTus, Op: fault.Create, Status: 405, Code: fault.CodeWebServer}
	for _, test := range []struct {
		name    string
		result  uploader.ServerTest
		testErr error
		saved   bool
		advice  string // part of it; "" for none
	}{
		{"success", uploader.ServerTest{Capabilities: tus.Capabilities{Known: true}}, nil, true, ""},
		{"upload created and removed", creation(uploader.CreationRemoved, nil), nil, true, "HTTP 404).\nIt accepts uploads"},
		{"upload created and left", creation(uploader.CreationLeft, nil), nil, true, "“ferry-test-1” stays there"},
		{"upload refused", creation(uploader.CreationRefused, refused), nil, true, "bucket missing"},
		{"web server", creation(uploader.CreationRefused, webServer), nil, false, ""},
		{"gateway error", uploader.ServerTest{}, &fault.Fault{Kind: fault.Transient, Op: fault.Probe, Status: 502}, true, ""},
		{"server busy", uploader.ServerTest{}, &fault.Fault{Kind: fault.Busy, Op: fault.Probe, Status: 503}, true, ""},
		{"other version", uploader.ServerTest{}, &fault.Fault{Kind: fault.Refused, Op: fault.Probe, Status: 412}, false, ""},
		{"unknown host", uploader.ServerTest{}, &fault.Fault{Kind: fault.Offline, Op: fault.Probe}, false, ""},
		{"connection refused", uploader.ServerTest{}, &fault.Fault{Kind: fault.Unreachable, Op: fault.Probe}, false, ""},
		{"cancelled", uploader.ServerTest{}, context.Canceled, false, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			engine := &fakeEngine{result: test.result, testErr: test.testErr}
			var advice []feed.Event
			advise := func(e feed.Event) error {
				advice = append(advice, e)
				return nil
			}
			id, err := (&Executor{Engine: engine}).destination(t.Context(), destination{to: "https://studio.example/files/"}, advise)
			if saved := err == nil && id == 2 && len(engine.saved) == 1; saved != test.saved || len(engine.saved) > 0 != test.saved {
				t.Errorf("saved %v: id %d, err %v", engine.saved, id, err)
			}
			if errors.Is(test.testErr, context.Canceled) && !errors.Is(err, context.Canceled) {
				t.Errorf("err = %v, want context.Canceled", err)
			}
			switch {
			case test.advice == "" && len(advice) > 0:
				t.Errorf("advice %+v", advice)
			case test.advice == "":
			case len(advice) != 1 || advice[0].Event != feed.Advice || advice[0].Server != "studio.example" || !strings.Contains(advice[0].Message, test.advice):
				t.Errorf("advice %+v, want %q", advice, test.advice)
			}
		})
	}
}
