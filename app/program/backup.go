package program

import (
	"context"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
)

const (
	firstBackupCheck = 5 * time.Minute // after the start, which must not be slowed down
	backupInterval   = time.Hour       // between two checks
)

// backuper backs itself up if the last backup is a week old.
type backuper interface {
	BackUpWeekly(ctx context.Context) error
}

// runBackups checks every hour whether a backup is due, until ctx ends. Errors are
// only logged.
func runBackups(ctx context.Context, b backuper, log *slog.Logger) {
	timer := time.NewTimer(firstBackupCheck)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		if err := b.BackUpWeekly(ctx); err != nil && !fault.IsCanceled(err) {
			log.Warn("database backup failed", "err", err)
		}
		timer.Reset(backupInterval)
	}
}

// backUp writes a copy of the database to a new file in folder and returns its path.
func (s *session) backUp(ctx context.Context, folder string) (string, error) {
	path := filepath.Join(folder, "ferry-backup-"+time.Now().Format("20060102-150405.000")+".db")
	return path, s.database.Backup(ctx, path)
}
