package program

import (
	"context"
	"log/slog"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
)

const (
	archiveFirst = 5 * time.Minute // a start has better things to do
	archiveEvery = time.Hour
)

// archive is what keeps a backup of itself.
type archive interface {
	BackUpWeekly(ctx context.Context) error
}

// keepBackups looks every hour whether a backup is due, until ctx ends. A failure
// is only logged: what cannot be saved at all is told by whoever saves.
func keepBackups(ctx context.Context, a archive, log *slog.Logger) {
	timer := time.NewTimer(archiveFirst)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		if err := a.BackUpWeekly(ctx); err != nil && !fault.Stopped(err) {
			log.Warn("the database could not be backed up", "err", err)
		}
		timer.Reset(archiveEvery)
	}
}
