package cli

import (
	"context"
	"errors"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// fakeEngine has no servers until one is saved. Its Test returns probeErr.
type fakeEngine struct {
	Engine
	probeErr error
	saved    []uploader.Server
}

func (e *fakeEngine) Test(context.Context, uploader.Server) (uploader.ServerTest, error) {
	return uploader.ServerTest{Capabilities: tus.Capabilities{Known: true}}, e.probeErr
}

func (e *fakeEngine) Snapshot() *uploader.Snapshot { return &uploader.Snapshot{Servers: e.saved} }

func (e *fakeEngine) Do(_ context.Context, command uploader.Command) error {
	server := command.(uploader.SaveServer).Server
	server.ID = 2
	e.saved = append(e.saved, server)
	return nil
}

func TestNewServerIsSavedIfItResponds(t *testing.T) {
	for _, test := range []struct {
		name     string
		probeErr error
		saved    bool
	}{
		{"success", nil, true},
		{"gateway error", &fault.Fault{Kind: fault.Transient, Op: fault.Probe, Status: 502}, true},
		{"server busy", &fault.Fault{Kind: fault.Busy, Op: fault.Probe, Status: 503}, true},
		{"not a tus server", &fault.Fault{Kind: fault.NotTus, Op: fault.Probe}, false},
		{"unknown host", &fault.Fault{Kind: fault.Offline, Op: fault.Probe}, false},
		{"connection refused", &fault.Fault{Kind: fault.Unreachable, Op: fault.Probe}, false},
		{"cancelled", context.Canceled, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			engine := &fakeEngine{probeErr: test.probeErr}
			id, err := (&Executor{Engine: engine}).destination(t.Context(), destination{to: "https://studio.example/files/"}, nil)
			if saved := err == nil && id == 2 && len(engine.saved) == 1; saved != test.saved || len(engine.saved) > 0 != test.saved {
				t.Errorf("saved %v: id %d, err %v", engine.saved, id, err)
			}
			if errors.Is(test.probeErr, context.Canceled) && !errors.Is(err, context.Canceled) {
				t.Errorf("err = %v, want context.Canceled", err)
			}
		})
	}
}
