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
	t.Run("commands reach the engine one after another, in the order they were given", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var seen []uploader.BatchID
			o := newOrders(func(_ context.Context, c uploader.Command) (func(context.Context) error, error) {
				time.Sleep(time.Second)
				seen = append(seen, c.(uploader.Add).Batch)
				return atOnce, nil
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
	t.Run("a command that takes long holds up none that follows", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			over := make(chan struct{})
			o := newOrders(func(_ context.Context, c uploader.Command) (func(context.Context) error, error) {
				if _, long := c.(uploader.Pause); !long {
					return atOnce, nil
				}
				return func(context.Context) error {
					<-over
					return nil
				}, nil
			})
			ctx, cancel := context.WithCancel(t.Context())
			go o.run(ctx)
			var answered []string
			o.give(uploader.Pause{}, func(error) { answered = append(answered, "pause") })
			o.give(uploader.Resume{}, func(error) { answered = append(answered, "resume") })
			synctest.Wait()
			close(over)
			cancel()
			synctest.Wait()
			if diff := cmp.Diff([]string{"resume", "pause"}, answered); diff != "" {
				t.Error(diff)
			}
		})
	})
	t.Run("what was given before the end is still carried out", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			done := 0
			o := newOrders(func(ctx context.Context, _ uploader.Command) (func(context.Context) error, error) {
				if ctx.Err() != nil {
					return nil, ctx.Err()
				}
				done++
				return atOnce, nil
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
	for name, engine := range map[string]handing{
		"hears": func(ctx context.Context, _ uploader.Command) (func(context.Context) error, error) {
			return nil, forEver(ctx)
		},
		"answers": func(context.Context, uploader.Command) (func(context.Context) error, error) { return forEver, nil },
	} {
		t.Run("an engine that never "+name+" does not hold up the end for ever", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOrders(engine)
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
}

func atOnce(context.Context) error { return nil }

func forEver(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}
