package worker

import (
	"context"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/tus"
)

// joinedServer has joined all parts of each upload.
type joinedServer struct {
	uploader.Protocol
	size int64
}

func (s joinedServer) Head(context.Context, string) (tus.Status, error) {
	return tus.Status{Offset: s.size, Length: s.size}, nil
}

func (s joinedServer) Probe(context.Context) (tus.Capabilities, error) {
	return tus.Capabilities{}, nil
}

// TestPositionOfParts checks the position that is shown as progress.
func TestPositionOfParts(t *testing.T) {
	const size = 100
	for _, c := range []struct {
		name    string
		resumed int64 // offset at which the worker starts
		step    func(context.Context, *concatenation) error
		want    int64
	}{
		{"parts sent", 0, func(_ context.Context, c *concatenation) error { c.reportOffsets(); return nil }, size},
		{"parts sent after resuming", 30, func(_ context.Context, c *concatenation) error { c.reportOffsets(); return nil }, size},
		{"parts joined", 0, func(ctx context.Context, c *concatenation) error {
			c.reportOffsets()
			_, err := c.checkJoined(ctx)
			return err
		}, size},
		{"parts joined by an earlier worker", size, func(ctx context.Context, c *concatenation) error { _, err := c.checkJoined(ctx); return err }, size},
		{"plan discarded", 30, func(ctx context.Context, c *concatenation) error {
			err := c.discard(ctx)
			c.whole.set(10)
			return err
		}, 10},
	} {
		t.Run(c.name, func(t *testing.T) {
			parts := []uploader.Part{{Index: 0, Length: 60, Offset: 60}, {Index: 1, Start: 60, Length: 40, Offset: 40}}
			config := Config{
				Transfer: uploader.Transfer{
					ID: 1, Source: source.File{Size: size}, Phase: uploader.PhaseVerifying,
					Session: uploader.Session{URL: "u", Parts: len(parts), Offset: c.resumed},
				},
				Remote:    NewRemote(uploader.Server{}, joinedServer{size: size}),
				Counters:  &Counters{},
				Report:    func(uploader.TransferID, ...lifecycle.Input) {},
				Save:      func(context.Context, uploader.TransferID, ...lifecycle.Input) error { return nil },
				LoadParts: func(context.Context, uploader.TransferID) ([]uploader.Part, error) { return parts, nil },
			}
			config.Counters.Position.Store(c.resumed)
			w := New(config)
			w.parts.parts = parts
			if err := c.step(t.Context(), w.parts); err != nil {
				t.Fatal(err)
			}
			if got := config.Counters.Position.Load(); got != c.want {
				t.Errorf("position %d, want %d", got, c.want)
			}
		})
	}
}
