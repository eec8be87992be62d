package cli

import (
	"context"
	"errors"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// strange is an engine that knows no server, and is answered so by a new one.
type strange struct {
	Engine
	answer error
	kept   []uploader.Server
}

func (e *strange) Probe(context.Context, string) (tus.Capabilities, error) {
	return tus.Capabilities{}, e.answer
}

func (e *strange) Snapshot() *uploader.Snapshot { return &uploader.Snapshot{Servers: e.kept} }

func (e *strange) Do(_ context.Context, command uploader.Command) error {
	server := command.(uploader.SaveServer).Server
	server.ID = 2
	e.kept = append(e.kept, server)
	return nil
}

func TestANewServerIsKeptWhenItIsThere(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer error
		kept   bool
	}{
		{"it answers", nil, true},
		{"a gateway says that it is not ready", &fault.Fault{Kind: fault.Transient, Op: fault.Probe, Status: 502}, true},
		{"it asks for patience", &fault.Fault{Kind: fault.Busy, Op: fault.Probe, Status: 503}, true},
		{"it does not speak tus", &fault.Fault{Kind: fault.NotTus, Op: fault.Probe}, false},
		{"there is no such host", &fault.Fault{Kind: fault.Offline, Op: fault.Probe}, false},
		{"nothing accepts the connection", &fault.Fault{Kind: fault.Unreachable, Op: fault.Probe}, false},
		{"the user gave up", context.Canceled, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			engine := &strange{answer: test.answer}
			id, err := (&Desk{Engine: engine}).destination(t.Context(), "https://studio.example/files/", nil)
			if kept := err == nil && id == 2 && len(engine.kept) == 1; kept != test.kept || len(engine.kept) > 0 != test.kept {
				t.Errorf("kept %v: %d, %v", engine.kept, id, err)
			}
			if errors.Is(test.answer, context.Canceled) && !errors.Is(err, context.Canceled) {
				t.Errorf("failed with %v", err)
			}
		})
	}
}
