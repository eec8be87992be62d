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
	t.Run("commands are sent one after another, in order", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var got []uploader.BatchID
			c := newCommands(func(_ context.Context, command uploader.Command) (func(context.Context) error, error) {
				time.Sleep(time.Second)
				got = append(got, command.(uploader.Add).Batch)
				return succeed, nil
			})
			ctx, cancel := context.WithCancel(t.Context())
			go c.Run(ctx)
			for i := range uploader.BatchID(3) {
				c.Send(uploader.Add{Batch: i}, nil)
			}
			time.Sleep(time.Minute)
			cancel()
			synctest.Wait()
			if diff := cmp.Diff([]uploader.BatchID{0, 1, 2}, got); diff != "" {
				t.Error(diff)
			}
		})
	})
	t.Run("a slow command does not delay the next one", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			release := make(chan struct{})
			c := newCommands(func(_ context.Context, command uploader.Command) (func(context.Context) error, error) {
				if _, slow := command.(uploader.Pause); !slow {
					return succeed, nil
				}
				return func(context.Context) error {
					<-release
					return nil
				}, nil
			})
			ctx, cancel := context.WithCancel(t.Context())
			go c.Run(ctx)
			var got []string
			c.Send(uploader.Pause{}, func(error) { got = append(got, "pause") })
			c.Send(uploader.Resume{}, func(error) { got = append(got, "resume") })
			synctest.Wait()
			close(release)
			cancel()
			synctest.Wait()
			if diff := cmp.Diff([]string{"resume", "pause"}, got); diff != "" {
				t.Error(diff)
			}
		})
	})
	t.Run("queued commands are sent after the context has ended", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			sent := 0
			c := newCommands(func(ctx context.Context, _ uploader.Command) (func(context.Context) error, error) {
				if ctx.Err() != nil {
					return nil, ctx.Err()
				}
				sent++
				return succeed, nil
			})
			ctx, cancel := context.WithCancel(t.Context())
			c.Send(uploader.Pause{}, nil)
			c.Send(uploader.Remove{}, nil)
			cancel()
			c.Run(ctx)
			if sent != 2 {
				t.Errorf("%d of 2 commands were sent", sent)
			}
		})
	})
	for name, engine := range map[string]submitFunc{
		"accept commands": func(ctx context.Context, _ uploader.Command) (func(context.Context) error, error) {
			return nil, block(ctx)
		},
		"return results": func(context.Context, uploader.Command) (func(context.Context) error, error) { return block, nil },
	} {
		t.Run("Run ends although the engine does not "+name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCommands(engine)
				ctx, cancel := context.WithCancel(t.Context())
				var got error
				c.Send(uploader.Pause{}, func(err error) { got = err })
				cancel()
				c.Run(ctx)
				if !errors.Is(got, context.Canceled) {
					t.Errorf("got error %v, want context.Canceled", got)
				}
			})
		})
	}
}

func succeed(context.Context) error { return nil }

func block(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}
