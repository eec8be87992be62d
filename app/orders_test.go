package app

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
)

func TestOrders(t *testing.T) {
	t.Run("commands are carried out one after another, in the order they were given", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var seen []uploader.BatchID
			o := newOrders(func(_ context.Context, c uploader.Command) error {
				time.Sleep(time.Second)
				seen = append(seen, c.(uploader.Add).Batch)
				return nil
			})
			ctx, cancel := context.WithCancel(t.Context())
			go o.run(ctx)
			for i := range uploader.BatchID(3) {
				o.give(uploader.Add{Batch: i}, nil)
			}
			time.Sleep(time.Minute)
			cancel()
			synctest.Wait()
			if diff := cmp.Diff([]uploader.BatchID{0, 1, 2}, seen); diff != "" {
				t.Error(diff)
			}
		})
	})
	t.Run("what was given before the end is still carried out", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			done := 0
			o := newOrders(func(ctx context.Context, _ uploader.Command) error {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				done++
				return nil
			})
			ctx, cancel := context.WithCancel(t.Context())
			o.give(uploader.Pause{}, nil)
			o.give(uploader.Remove{}, nil)
			cancel()
			o.run(ctx)
			if done != 2 {
				t.Errorf("%d of 2 commands were carried out", done)
			}
		})
	})
	t.Run("an engine that never answers does not hold up the end for ever", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			o := newOrders(func(ctx context.Context, _ uploader.Command) error {
				<-ctx.Done()
				return ctx.Err()
			})
			ctx, cancel := context.WithCancel(t.Context())
			var got error
			o.give(uploader.Pause{}, func(err error) { got = err })
			cancel()
			o.run(ctx)
			if !errors.Is(got, context.Canceled) {
				t.Errorf("the command ended with %v", got)
			}
		})
	})
}
