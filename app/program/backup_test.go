package program

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// failingBackuper counts the calls and always fails.
type failingBackuper struct{ calls atomic.Int64 }

func (b *failingBackuper) BackUpWeekly(context.Context) error {
	b.calls.Add(1)
	return errors.New("disk full")
}

func TestBackupIsCheckedEveryHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b failingBackuper
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { runBackups(ctx, &b, slog.New(slog.DiscardHandler)); close(ended) }()
		synctest.Wait()
		if b.calls.Load() != 0 {
			t.Error("backup during start")
		}
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		if b.calls.Load() != 3 {
			t.Errorf("%d checks in three hours, want 3 although each failed", b.calls.Load())
		}
		cancel()
		<-ended
	})
}
