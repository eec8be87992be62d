package platform

import (
	"context"

	"github.com/ferryapp/ferry/app/bus"
)

// LeaveSilentBus has this process use no session bus if there is one that does not answer,
// and returns an error then; see [bus.LeaveSilentSession].
func LeaveSilentBus(ctx context.Context) error { return bus.LeaveSilentSession(ctx) }
