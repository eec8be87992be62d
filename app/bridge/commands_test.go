package bridge

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
)

func TestCommands(t *testing.T) {
	t.Run("commands reach the engine one after another, in the order they were given", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var seen []uploader.BatchID
			c := newCommands(func(_ context.Context, command uploader.Command) (func(context.Context) error, error) {
				time.Sleep(time.Second)
				seen = append(seen, command.(uploader.Add).Batch)
				return answered, nil
			})
			ctx, cancel := context.WithCancel(t.Context())
			go c.Run(ctx)
			for i := range uploader.BatchID(3) {
				c.Send(uploader.Add{Batch: i}, nil)
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
			c := newCommands(func(_ context.Context, command uploader.Command) (func(context.Context) error, error) {
				if _, long := command.(uploader.Pause); !long {
					return answered, nil
				}
				return func(context.Context) error {
					<-over
					return nil
				}, nil
			})
			ctx, cancel := context.WithCancel(t.Context())
			go c.Run(ctx)
			var answered []string
			c.Send(uploader.Pause{}, func(error) { answered = append(answered, "pause") })
			c.Send(uploader.Resume{}, func(error) { answered = append(answered, "resume") })
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
			c := newCommands(func(ctx context.Context, _ uploader.Command) (func(context.Context) error, error) {
				if ctx.Err() != nil {
					return nil, ctx.Err()
				}
				done++
				return answered, nil
			})
			ctx, cancel := context.WithCancel(t.Context())
			c.Send(uploader.Pause{}, nil)
			c.Send(uploader.Remove{}, nil)
			cancel()
			c.Run(ctx)
			if done != 2 {
				t.Errorf("%d of 2 commands were carried out", done)
			}
		})
	})
	for name, engine := range map[string]submitFunc{
		"hears": func(ctx context.Context, _ uploader.Command) (func(context.Context) error, error) {
			return nil, blocked(ctx)
		},
		"answers": func(context.Context, uploader.Command) (func(context.Context) error, error) { return blocked, nil },
	} {
		t.Run("an engine that never "+name+" does not hold up the end for ever", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCommands(engine)
				ctx, cancel := context.WithCancel(t.Context())
				var got error
				c.Send(uploader.Pause{}, func(err error) { got = err })
				cancel()
				c.Run(ctx)
				if !errors.Is(got, context.Canceled) {
					t.Errorf("the command ended with %v", got)
				}
			})
		})
	}
}

func answered(context.Context) error { return nil }

func blocked(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}
