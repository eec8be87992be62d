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

type countingArchive struct{ looked atomic.Int64 }

func (a *countingArchive) BackUpWeekly(context.Context) error {
	a.looked.Add(1)
	return errors.New("the disk is full")
}

func TestBackupsAreLookedAfterAllTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a countingArchive
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { keepBackups(ctx, &a, slog.New(slog.DiscardHandler)); close(ended) }()
		synctest.Wait()
		if a.looked.Load() != 0 {
			t.Error("a backup was made while the program started")
		}
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		if a.looked.Load() != 3 {
			t.Errorf("it was looked %d times in three hours, although the first time failed", a.looked.Load())
		}
		cancel()
		<-ended
	})
}
